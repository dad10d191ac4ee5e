/**
 * A C++ header that the addon is compiled with, in front of its own sources: signals are held back while TensorFlow computes.
 *
 * The matrix products of TensorFlow 2.21, those of oneDNN before 3.11.2, let the stack pointer of a thread point into the heap.
 * A signal that comes then, as Ctrl-C does or the end of a child process, has its frame written over what is there, and the
 * process ends soon after with "corrupted size vs. prev_size" (https://github.com/uxlfoundation/oneDNN/issues/4845). Threads
 * that TensorFlow starts inherit what their maker holds back. Signals arrive at another thread of Node, or after the operation.
 */
export const HELD_SIGNALS = `
#pragma once
#include <signal.h>
#include <initializer_list>
#include "tensorflow/c/eager/c_api.h"

namespace robust_random_features {

class HeldSignals {
 public:
  HeldSignals() {
    sigset_t held;
    sigfillset(&held);
    // These tell of the thread's own instructions, and cannot wait.
    for (int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) sigdelset(&held, own);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
  }
  ~HeldSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  HeldSignals(const HeldSignals &) = delete;
  HeldSignals &operator=(const HeldSignals &) = delete;

 private:
  sigset_t before_;
};

inline TFE_Context *NewContext(const TFE_ContextOptions *options, TF_Status *status) {
  HeldSignals held;
  return TFE_NewContext(options, status);
}

inline void Execute(TFE_Op *op, TFE_TensorHandle **results, int *count, TF_Status *status) {
  HeldSignals held;
  TFE_Execute(op, results, count, status);
}

}  // namespace robust_random_features

#define TFE_NewContext robust_random_features::NewContext
#define TFE_Execute robust_random_features::Execute
`;
