/** The share of the time that may go into drawing while there is other work. */
const SHARE = 0.03;

/** A picture that is drawn again and again while what it shows comes in. */
export interface LivePicture {
  /** To be called whenever there is more to show; draws unless that would take too large a share of the time. */
  refresh(): void;
  /** Resolves when nothing is being drawn any more, after which nothing is. @throws what drawing threw */
  close(): Promise<void>;
}

/**
 * @param draw draws and writes the picture as it is now, whole
 * @param now the time in milliseconds
 */
export function livePicture(draw: () => Promise<void>, now = (): number => performance.now()): LivePicture {
  let drawing: Promise<void> | null = null;
  let failed: { readonly error: unknown } | null = null;
  let [earliest, closed] = [Number.NEGATIVE_INFINITY, false];
  const drawOnce = async (): Promise<void> => {
    const start = now();
    try {
      await draw();
    } catch (error) {
      failed = { error };
    }
    const end = now();
    earliest = end + (end - start) / SHARE;
    drawing = null;
  };
  return {
    refresh() {
      if (!drawing && !failed && !closed && now() >= earliest) drawing = drawOnce();
    },
    async close() {
      closed = true;
      await drawing;
      if (failed) throw failed.error;
    },
  };
}
