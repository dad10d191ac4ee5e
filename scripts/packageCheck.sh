#!/usr/bin/env bash
# Installs the packed package as a user would, into an empty project under each version of Node, and uses it there: the
# command, both entry points as ES modules, and their types under the two resolutions of TypeScript that ES modules have.
#
#   bash scripts/packageCheck.sh [VERSION...]     versions of Node, by default 20 22 24
#
# Needs npm's registry, which also has Node itself as the package `node`, and about 2 GB under TMPDIR, where it also builds;
# leaves nothing behind. Takes a few minutes; ends with an error at the first thing that is not as it should be.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
typescript=$(node -p "require('$root/package.json').devDependencies.typescript")

mkdir "$home/package"
(cd "$root" && npx tsc -p tsconfig.build.json --outDir "$home/package/dist" && cp -r package.json data docs scripts README.md LICENSE "$home/package")
(cd "$home/package" && "$root/node_modules/.bin/tsx" scripts/registryReadme.ts pack && npm pack --silent --ignore-scripts --pack-destination "$home" >/dev/null)
tarball=$(ls "$home"/*.tgz)
echo "$(basename "$tarball"): $(wc -c <"$tarball") bytes"

check() { # what it is, what was found, what it must hold
  [[ $2 == *"$3"* ]] || { printf '%s: expected %s in\n%s\n' "$1" "$3" "$2" >&2; exit 1; }
}

(($#)) || set -- 20 22 24
for node; do
  mkdir "$home/node-$node"
  cd "$home/node-$node"
  npm init --yes >/dev/null
  npm install --silent --no-fund --no-audit "node@$node" "$tarball" "typescript@$typescript" >/dev/null
  running=$(npx node --version)
  check 'Node' "$running" "v$node."

  began=$(date +%s%N)
  said=$(npx rrf theory --psi1 2 --psi2 3 --eps 0.5 --tau 0.5)
  seconds=$(node -p "((Number(process.argv[1]) / 1e9).toFixed(2))" $(($(date +%s%N) - began)))
  check 'rrf theory' "$said" 0.738042
  check 'rrf theory' "$said" 1.4188229

  cat >use.mjs <<'CODE'
import { loadRuntime, pgd, randomFeaturesModel, risks, teacher } from 'robust-random-features';
import { asymptoticRisk, randomFeatures } from 'robust-random-features/theory';
const { engine } = await loadRuntime();
const model = randomFeaturesModel({ inputDim: 20, units: 10 });
const found = await risks(model, teacher({ d: 20 }).sample('x', 50), { attack: pgd(), epsilons: [0.1] });
const { standardRisk } = asymptoticRisk(randomFeatures({ psi1: 2 }), { psi2: 3, eps: 0.5, tau: 0.5 });
console.log(engine, found.standard.count, standardRisk.toFixed(6));
CODE
  used=$(npx node use.mjs)
  check 'import' "$used" '50 0.738042'

  cat >use.ts <<'CODE'
import { type Attack, pgd } from 'robust-random-features';
import { asymptoticRisk, randomFeatures } from 'robust-random-features/theory';
export const found: [Attack, number] = [pgd(), asymptoticRisk(randomFeatures({ psi1: 2 }), { psi2: 3, eps: 1 }).standardRisk];
CODE
  cat >theory.ts <<'CODE'
import { type AsymptoticRisk, asymptoticRisk, randomFeatures } from 'robust-random-features/theory';
export const found: AsymptoticRisk = asymptoticRisk(randomFeatures({ psi1: 2 }), { psi2: 3, eps: 1 });
CODE
  for resolution in 'nodenext' 'esnext --moduleResolution bundler'; do
    tsc="npx tsc --noEmit --strict --target es2022 --module $resolution"
    # TensorFlow.js's own declarations have errors; ours have none, and those of the theory stand alone.
    $tsc --skipLibCheck use.ts
    $tsc theory.ts
    if $tsc use.ts | grep node_modules/robust-random-features; then exit 1; fi
  done
  echo "Node $running: rrf theory in $seconds s; both entry points on ${used% 50 *}; types under nodenext and bundler"
done
