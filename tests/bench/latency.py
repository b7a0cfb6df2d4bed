"""A round trip of a chosen length in front of a port of this machine, as a remote hub has it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 1 << 16


@contextmanager
def delayed(port: int, round_trip: float) -> Iterator[int]:
    """Forward a new port of 127.0.0.1 to `port`, with every byte late; give the new port.

    Bandwidth is not limited and order is kept: only time passes.

    Parameters
    ----------
    port : int
        Where the server listens.
    round_trip : float
        Seconds from a question to its answer; half of it lies on each way.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="delay", daemon=True)
    thread.start()

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(lambda r, w: _join(r, w, port, round_trip / 2), "127.0.0.1", 0)

    async def stop(server: asyncio.Server) -> None:
        server.close()
        own = asyncio.current_task()
        open_ones = [task for task in asyncio.all_tasks() if task is not own]
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(serve(), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(stop(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, late: float) -> None:
    # the proxy itself is to wait for nothing but its delay
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    for end in (writer, far_writer):
        end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        # cancelled where the proxy ends first, of which asyncio's server would print a traceback
        with suppress(asyncio.CancelledError):
            await asyncio.gather(_carry(reader, far_writer, late), _carry(far_reader, writer, late))
    finally:
        writer.close()
        far_writer.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, late: float) -> None:
    """Pass on in the order of arrival; reading goes on while what came before still waits."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def read() -> None:
        data = b"-"
        while data:
            with suppress(ConnectionError):  # an end that breaks off is an end
                data = b""
                data = await reader.read(CHUNK)
            waiting.put_nowait((loop.time() + late, data))

    reading = asyncio.create_task(read())
    with suppress(ConnectionError):
        while (due := await waiting.get())[1]:
            await asyncio.sleep(due[0] - loop.time())
            writer.write(due[1])
            await writer.drain()
        await asyncio.sleep(due[0] - loop.time())
        writer.write_eof()
    reading.cancel()
