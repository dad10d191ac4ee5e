#!/bin/sh
# Measures whatever GPU this machine has, through CUDA and through WebGPU, and prints one Markdown table: the product that
# `rrf doctor` measures, one PGD-10 step at d 200 to 4,000, and 40 cells of a sweep. An adapter that computes on the
# processor is refused, except with --software, which takes small sizes.
#   scripts/gpu.sh [--software]
# CUDA is got with `npx rrf provision --cuda`; the packages of WebGPU come with `npm ci`.
set -eu
cd "$(dirname "$0")/.."
exec npx tsx scripts/benchmarkGpu.ts "$@"
