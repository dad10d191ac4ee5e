"""Runs notebooks under the kernel `deno` and, with --write, keeps their outputs. Called by notebooks.sh."""

import queue
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import start_new_kernel

SECONDS = 120  # for a whole notebook
# The kernel may say that it is idle before the last outputs have arrived.
PAST_IDLE = 0.25
KEPT = {"stream", "display_data", "execute_result", "error"}


class CellFailed(Exception):
    pass


def run_cell(manager, client, cell, deadline):
    """The outputs of a cell, and how often the kernel has executed one."""
    request = client.execute(cell.source, allow_stdin=False)
    outputs, idle, replied = [], False, False
    while True:
        if not replied:
            try:
                reply = client.get_shell_msg(timeout=0.01)
                replied = reply["parent_header"].get("msg_id") == request
                cell.execution_count = reply["content"].get("execution_count")
            except queue.Empty:
                pass
        try:
            message = client.get_iopub_msg(timeout=PAST_IDLE if idle else 0.5)
        except queue.Empty:
            if idle and replied:
                return outputs
            if not manager.is_alive():
                raise CellFailed("the kernel has died")
            if time.monotonic() > deadline:
                raise CellFailed(f"not finished after {SECONDS} seconds")
            continue
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            idle = content["execution_state"] == "idle"
        elif kind in KEPT:
            last = outputs[-1] if outputs else None
            if kind == "stream" and last and last.output_type == kind and last.name == content["name"]:
                last.text += content["text"]
            else:
                outputs.append(nbformat.v4.output_from_msg(message))


def run_notebook(path):
    """The notebook with its outputs. Raises CellFailed at the first cell that throws."""
    notebook = nbformat.read(path, as_version=4)
    manager, client = start_new_kernel(kernel_name="deno", cwd=str(path.parent))
    try:
        deadline = time.monotonic() + SECONDS
        for number, cell in enumerate(c for c in notebook.cells if c.cell_type == "code"):
            cell.outputs = run_cell(manager, client, cell, deadline)
            for output in cell.outputs:
                if output.output_type == "error":
                    raise CellFailed(f"code cell {number + 1}: {output.ename}: {output.evalue}")
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    return notebook


def main(arguments):
    write = "--write" in arguments
    canary, *paths = [Path(a).resolve() for a in arguments if a != "--write"]
    failed = False
    for path in paths:
        start = time.monotonic()
        try:
            notebook = run_notebook(path)
            if write:
                nbformat.write(notebook, path)
            print(f"{path.name}: {time.monotonic() - start:.0f} s", flush=True)
        except CellFailed as error:
            failed = True
            print(f"{path.name}: FAILED, {error}", flush=True)
    try:
        run_notebook(canary)
        failed = True
        print(f"{canary.name}: FAILED, it must throw and did not: failures pass unseen")
    except CellFailed as error:
        if "does not hold" in str(error):
            print(f"{canary.name}: throws, as it must")
        else:
            failed = True
            print(f"{canary.name}: FAILED, it must throw at its claim, not with {error}")
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
