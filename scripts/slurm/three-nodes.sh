#!/usr/bin/env bash
# A sweep on a real Slurm of three nodes on this one machine: a job array, a node killed in the middle, the tasks it held
# requeued, a dependent merge, and rows that equal those of a local run. Needs root and Debian's packages slurmd, slurmctld,
# slurm-client and munge, and says so and skips where they are absent and cannot be installed; `npm run build` comes first.
#   three-nodes.sh [--no-kill]     without the killed node it need not wait for Slurm's own timers
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
rrf="node $root/dist/cli/main.js"
kill_node=yes
[ "${1:-}" = --no-kill ] && kill_node=no
skip() { echo "SKIPPED, no Slurm here: $1"; exit 0; }
[ "$(id -u)" = 0 ] || skip "it needs root"
# One by one: `command -v` of several is content with any of them.
tools() { for tool in slurmd slurmctld sbatch munged setpriv; do command -v $tool >/dev/null || return 1; done; }
if ! tools && [ -n "${CI:-}" ]; then
  { apt-get update -q && apt-get install -y -q --no-install-recommends slurmd slurmctld slurm-client munge; } >/dev/null 2>&1 || true
fi
tools || skip "apt-get install slurmd slurmctld slurm-client munge"
work=$(mktemp -d)
host=$(hostname -s)
started=()
cleanup() {
  [ ${#started[@]} -gt 0 ] && kill "${started[@]}" 2>/dev/null || true
  [ -f "$work/munged.pid" ] && kill "$(cat "$work/munged.pid")" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
chmod 755 "$work"

mkdir -p "$work"/{munge,ctld,n1,n2,n3}
dd if=/dev/urandom of="$work/munge/key" bs=1 count=1024 status=none
chown -R munge: "$work/munge"; chmod 700 "$work/munge"; chmod 400 "$work/munge/key"
cp -p "$work/munge/key" "$work/key"
mkdir "$work/socket" && chown munge: "$work/socket"
setpriv --reuid munge --regid munge --clear-groups munged --force --key-file "$work/munge/key" \
  --socket "$work/socket/munge.sock" --pid-file "$work/socket/munged.pid" --log-file "$work/socket/munged.log" \
  --seed-file "$work/socket/munged.seed"
ln -s "$work/socket/munged.pid" "$work/munged.pid"

cat >"$work/slurm.conf" <<CONF
ClusterName=sweep
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$work/socket/munge.sock
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SlurmdParameters=config_overrides
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=10
SlurmctldPort=17100
StateSaveLocation=$work/ctld
SlurmdSpoolDir=$work/%n
SlurmdLogFile=$work/%n.log
SlurmctldLogFile=$work/slurmctld.log
SlurmdPidFile=$work/%n.pid
SlurmctldPidFile=$work/slurmctld.pid
$(for i in 1 2 3; do echo "NodeName=n$i NodeHostname=$host NodeAddr=127.0.0.1 Port=1700$i CPUs=1 RealMemory=2000"; done)
PartitionName=all Nodes=ALL Default=YES MaxTime=01:00:00 State=UP
CONF
export SLURM_CONF=$work/slurm.conf
slurmctld -D >/dev/null 2>&1 & started+=($!)
declare -A slurmd
for i in 1 2 3; do slurmd -D -N "n$i" >/dev/null 2>&1 & slurmd[$i]=$!; started+=($!); done
for _ in $(seq 60); do [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 3 ] && break; sleep 0.5; done
[ "$(sinfo -h -t idle -o %D)" = 3 ] || { echo "the nodes did not come up" >&2; sinfo >&2; exit 1; }
echo "three nodes are up"

cat >"$work/sweep.json" <<'SPEC'
{ "seeds": 6, "cells": { "d": 30, "psi1": [0.5, 4], "psi2": 3, "eps": [0.2, 0.4], "tau": 0.2, "method": "exact", "testRows": 500 } }
SPEC
# A name that the shell, Slurm's own reader of #SBATCH lines and its %-patterns would each read in another way.
out="$work/out 50%A \$(exit 1) it's \"one\" #1"
$rrf sweep slurm "$work/sweep.json" --out "$out" --shards 6 --rrf "$rrf" --run-options='--device wasm --workers 1' --submit

rows() { cat "$out"/cells.*-of-6.jsonl 2>/dev/null | wc -l; }
if [ "$kill_node" = yes ]; then
  for _ in $(seq 240); do [ "$(rows)" -ge 3 ] && break; sleep 0.25; done
  held=$(squeue -h -t running -w n3 -o %F_%K | head -n 1)
  echo "killing node n3, which runs ${held:-nothing}, after $(rows) of 24 rows"
  # The task's own processes have left slurmd's process tree; they are told by the node's name in their environment.
  for pid in $(pgrep -f "$work/out 50" || true); do
    tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -qx SLURMD_NODENAME=n3 && kill -KILL "$pid" || true
  done
  kill -KILL "${slurmd[3]}"
  scontrol update nodename=n3 state=down reason=killed
fi
for _ in $(seq 600); do [ -z "$(squeue -h)" ] && break; sleep 0.5; done
squeue
for i in 1 2 3 4 5 6; do ls "$out"/slurm-*-"$i.log" >/dev/null || { echo "task $i has no log" >&2; exit 1; }; done
ls "$out"/slurm-merge-*.log >/dev/null || { echo "the merge has no log" >&2; exit 1; }
$rrf sweep status --out "$out"

$rrf sweep run "$work/sweep.json" --out "$work/local" --device wasm --workers 2
$rrf sweep merge --out "$work/local"
numbers() { node -e 'const rows=require("fs").readFileSync(process.argv[1],"utf8").trim().split("\n").map(JSON.parse);console.log(rows.map(r=>r.key+JSON.stringify(r.result)).sort().join("\n"))' "$1"; }
if diff <(numbers "$out/cells.jsonl") <(numbers "$work/local/cells.jsonl") >/dev/null; then
  echo "24 rows from three nodes equal the local ones bit for bit (a node killed: $kill_node)"
else
  echo "rows differ from the local run" >&2; exit 1
fi
