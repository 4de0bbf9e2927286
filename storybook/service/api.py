"""What the service says over HTTP, with FastAPI: orders in, states and files out."""

import asyncio
import json
import math
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse
from starlette.background import BackgroundTask
from starlette.middleware.trustedhost import TrustedHostMiddleware

from storybook.book.archive import export_zip
from storybook.book.index import search_shelf
from storybook.book.shelved import Shelved
from storybook.errors import BookError, JobError, StorybookError, in_one_line
from storybook.hero.folder import hero_names
from storybook.orders.reading import order_schema
from storybook.records import Record
from storybook.service.desk import OrderDesk, OrderState, QueueFull
from storybook.service.limits import AccessToken, Rate, file_within
from storybook.service.page import page_of

MOST_BYTES = 64 * 1024
"""Of an order; a brief of ten thousand words is no summary."""
BODY_S = 20.0
"""So long a client may take to send its order."""
MOST_LISTED = 200
BURST, ORDERS_PER_S = 200, 2.0
WRONG_TOKENS, WRONG_PER_S = 20, 0.2
ORDER = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": order_schema()}}}
}


class Refusal(Exception):
    """What is answered in place of what was asked for."""

    def __init__(self, status: int, error: str, wait_s: float = 0.0) -> None:
        super().__init__(error)
        self.status, self.error, self.wait_s = status, error, wait_s


class Books(Record):
    """Some of the books on the shelf."""

    books: tuple[Shelved, ...]
    count: int
    """How many there are of what was asked for."""
    unread: int
    """New ones that the index has not read yet."""


def service(desk: OrderDesk, token: AccessToken, hosts: tuple[str, ...] = ()) -> FastAPI:
    """The application, which answers who calls it by one of `hosts`, or anybody without them."""
    # The usual pages of documentation load their scripts from the network.
    app = FastAPI(title="Storybook", docs_url=None, redoc_url=None)
    _explain_faults(app)

    @app.get("/health", summary="Whether the service answers; needs no token")
    def health() -> dict[str, bool]:
        return {"ok": True}

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def page() -> str:
        return page_of(app.openapi())

    known = Depends(_holder_of(token))
    app.include_router(_orders(desk), dependencies=[known])
    app.include_router(_shelf(desk), dependencies=[known])
    if hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    return app


def _holder_of(token: AccessToken) -> Callable[[Request], None]:
    """What lets a request pass that holds the token; wrong ones soon have to wait."""
    wrong = Rate(WRONG_TOKENS, WRONG_PER_S)

    def known(request: Request) -> None:
        if token.is_in(request.headers.get("authorization", "")):
            return
        wait_s = wrong.wait_s(_client(request))
        if wait_s:
            raise Refusal(429, "Too many wrong tokens.", wait_s)
        raise Refusal(401, "Say the token: Authorization: Bearer TOKEN.")

    return known


def _explain_faults(app: FastAPI) -> None:
    """Answer a refusal or a fault of ours, or of the disk, in one line with its status."""

    @app.exception_handler(Refusal)
    async def refuse(request: Request, refusal: Refusal) -> JSONResponse:
        headers = {"Retry-After": str(math.ceil(refusal.wait_s))} if refusal.wait_s else {}
        if refusal.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse({"error": refusal.error}, refusal.status, headers)

    @app.exception_handler(StorybookError)
    async def explain(request: Request, fault: StorybookError) -> JSONResponse:
        kinds = ((QueueFull, 429), (JobError, 409), (BookError, 404))
        status = next((status for kind, status in kinds if isinstance(fault, kind)), 422)
        return JSONResponse({"error": in_one_line(fault)}, status)

    @app.exception_handler(OSError)
    async def no_room(request: Request, fault: OSError) -> JSONResponse:
        return JSONResponse({"error": f"The disk: {fault.strerror}. Try again later."}, 507)


def _orders(desk: OrderDesk) -> APIRouter:
    router = APIRouter(prefix="/orders", tags=["orders"])
    _take_orders(router, desk)
    _give_out(router, desk)
    return router


def _take_orders(router: APIRouter, desk: OrderDesk) -> None:
    """What is asked of an order: to take it, how it stands, to stop it and to go on."""
    rate = Rate(BURST, ORDERS_PER_S)

    @router.post("", status_code=202, summary="Order a book", openapi_extra=ORDER)
    async def order(request: Request) -> OrderState:
        """The same order with the same id may be sent again: it is taken once, and answered 200."""
        wait_s = rate.wait_s(_client(request))
        if wait_s:
            raise Refusal(429, "Too many orders at once.", wait_s)
        row = _order_in(await _body(request))
        try:
            state, new = await run_in_threadpool(desk.take, row)
        except BookError as fault:
            raise Refusal(409, in_one_line(fault)) from fault
        if new:
            return state
        return JSONResponse(state.model_dump(mode="json"), 200)

    @router.get("", summary="The newest orders")
    def orders(most: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 10) -> list[OrderState]:
        return desk.newest(most)

    @router.get("/{order}", summary="How an order stands")
    def state(order: str) -> OrderState:
        return desk.state(order)

    @router.post("/{order}/cancel", summary="Stop making it; what was made is kept")
    def cancel(order: str) -> OrderState:
        return desk.cancel(order)

    @router.post("/{order}/retry", summary="Go on with what failed or was stopped")
    def retry(order: str) -> OrderState:
        return desk.retry(order)


def _give_out(router: APIRouter, desk: OrderDesk) -> None:
    """What an order gives: its job's log, files of its book, and the whole book."""

    @router.get("/{order}/log", response_class=PlainTextResponse, summary="What its job said last")
    def log(order: str) -> str:
        return desk.log(order)

    @router.get("/{order}/files/{name:path}", summary="A file of the book, such as its PDF")
    def file(order: str, name: str) -> FileResponse:
        path = file_within(desk.book(order).folder, name)
        return FileResponse(path, headers={"X-Content-Type-Options": "nosniff"})

    @router.get("/{order}/zip", summary="The whole book, to be opened in another studio")
    def packed(order: str) -> FileResponse:
        folder = TemporaryDirectory()
        try:
            path = export_zip(desk.book(order), Path(folder.name) / "book.zip")
        except BaseException:
            folder.cleanup()
            raise
        return FileResponse(
            path, filename=f"{order}.zip", background=BackgroundTask(folder.cleanup)
        )


def _shelf(desk: OrderDesk) -> APIRouter:
    router = APIRouter(tags=["shelf"])

    @router.get("/books", summary="Books by words, hero and style, the newest first")
    def books(
        words: str = "",
        hero: str = "",
        style: str = "",
        first: Annotated[int, Query(ge=0, lt=2**31)] = 0,
        most: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 10,
    ) -> Books:
        how = {"hero": hero, "style": style, "first": first, "most": most}
        found = search_shelf(desk.books, words, patience_s=1.0, **how)
        return Books(books=tuple(found.books), count=found.count, unread=found.unread)

    @router.get("/heroes", summary="Who can star in a book")
    def heroes() -> list[str]:
        return hero_names()

    return router


async def _body(request: Request) -> bytes:
    """What a client sends, if it is no more than an order can be and comes in time."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for piece in request.stream():
                body += piece
                if len(body) > MOST_BYTES:
                    raise Refusal(413, f"An order has at most {MOST_BYTES} bytes.")
    except TimeoutError:
        raise Refusal(408, f"The order did not come within {BODY_S:.0f} s.") from None
    return bytes(body)


def _order_in(body: bytes) -> dict[str, Any]:
    try:
        row = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise Refusal(400, f"The order is no JSON: {in_one_line(fault)}.") from fault
    if not isinstance(row, dict):
        raise Refusal(400, 'The order is no object, such as {"summary": "..."}.')
    return row


def _client(request: Request) -> str:
    return request.client.host if request.client else ""
