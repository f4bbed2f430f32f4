"""`cdn`: what the edge does with a URL, the proof that it keeps nothing personal, and its cache after a deployment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ops.console import fail, note, out
from ops.options import ConfigOption, JsonOption, PhaseOption, PlanOption, StackArgument, explained, present

if TYPE_CHECKING:
    from ops.answers.cdn.edge import Edge
    from ops.answers.cdn.manifests import Changed

Texts = list[str]

group = typer.Typer(no_args_is_help=True, help="Ask and operate the Cloudflare edge of a stack.")


def _edge(stack: str, phase: str | None, config: Path | None, plan: Path | None) -> Edge:
    from ops.answers.cdn.edge import edge_of
    from ops.inputs.stack_file import check

    return edge_of(check(stack, config, phase).settings_or_raise(), plan)


BeforeOption = Annotated[
    Path | None,
    typer.Option("--before", help="Hashes of the files of the build before, as sha256sum writes them.", metavar="FILE"),
]
AfterOption = Annotated[
    Path | None, typer.Option("--after", help="The same of the build that is deployed.", metavar="FILE")
]


def _changed(before: Path | None, after: Path | None) -> Changed | None:
    """What a deployment changed; None where nobody asks."""
    from ops.answers.cdn.manifests import changed

    if before is None and after is None:
        return None
    if before is None or after is None:
        fail("--before and --after go together: what changed is what differs between the two")
    return changed(before, after)


@group.command(epilog="Example: ./bbp cdn explain prod https://images.bailbondpro.com/logo.png")
def explain(
    stack: StackArgument,
    url: Annotated[str, typer.Argument(help="An absolute URL.")],
    method: Annotated[str, typer.Option("--method", help="HTTP method.")] = "GET",
    header: Annotated[Texts | None, typer.Option("--header", help="Request header K:V; repeatable.")] = None,
    cookie: Annotated[Texts | None, typer.Option("--cookie", help="Cookie K=V; repeatable.")] = None,
    status: Annotated[int, typer.Option("--status", min=100, max=599, help="Status that the origin answers.")] = 200,
    response_header: Annotated[
        Texts | None, typer.Option("--response-header", help="Header K:V that the origin sends; repeatable.")
    ] = None,
    plan: PlanOption = None,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Say which rules a URL meets, whether and how long it is cached, its headers, tags and rate limit.

    The origin is thought to answer as the scaling guide's application does; --status and --response-header change that.
    """
    from ops.answers.cdn.edge import TOKEN, Question, pairs, unknown_host
    from ops.answers.cdn.edge import explain as run
    from ops.views.cdn import answered

    if not TOKEN.fullmatch(method):
        fail(f"--method {method!r}: a method is one word, such as GET (RFC 9110, 9.1)")
    with explained():
        question = Question(
            url=url,
            method=method,
            headers=pairs(header or (), ":", "--header"),
            cookies=pairs(cookie or (), "=", "--cookie"),
            status=status,
            response_headers=pairs(response_header or (), ":", "--response-header"),
        )
        edge = _edge(stack, phase, config, plan)
        found = run(edge, question)
        unknown = unknown_host(edge, url)
    if unknown:
        note(unknown)
    present(found, answered, as_json=json_output)


@group.command(epilog="Example: ./bbp cdn audit prod --urls urls.txt")
def audit(
    stack: StackArgument,
    urls: Annotated[
        Path | None, typer.Option("--urls", help="File with absolute URLs to try as well, one a line.", metavar="FILE")
    ] = None,
    plan: PlanOption = None,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Prove that nothing personal is cached: credentials, session cookies, private paths, Set-Cookie; exit 1 on a leak.

    The proof runs over a generated list of requests and over the URLs of a file, each also signed in.
    """
    from ops.answers.cdn.edge import audit_edge, listed_in
    from ops.jsonable import picked
    from ops.views.cdn import section

    with explained():
        given = listed_in(urls) if urls else ()
        found = audit_edge(_edge(stack, phase, config, plan), given)
    leaks = [picked(leak, "url", "because", "headers", "rules=allowed_by", "readings") for leak in found.leaks]
    counts = picked(found, "requests", "cached", "inputs")
    present(found, section, as_json=json_output, document={**counts, "leaks": leaks})
    if found.leaks:
        raise SystemExit(1)


@group.command(epilog="Example: ./bbp cdn forecast prod --log access.log.gz --target 60")
def forecast(
    stack: StackArgument,
    log: Annotated[
        Path, typer.Option("--log", help="Access log: common, combined or nginx's JSON; gzip or plain.", metavar="FILE")
    ],
    size_gib: Annotated[float, typer.Option("--size-gib", help="GiB that the cache holds.", min=0.001, max=2**20)] = 10,
    host: Annotated[str, typer.Option("--host", help="Whose log it is, where its lines name no host.")] = "",
    target: Annotated[
        float | None,
        typer.Option("--target", help="Percent of requests that the edge has to answer.", min=0, max=100),
    ] = None,
    plan: PlanOption = None,
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Replay an access log through the rules: hit rate, what is left for the origin, what each rule contributes.

    Exit 1 where the target is missed or the log is too little to judge.
    """
    from ops.answers.cdn.access_log import LogReader
    from ops.answers.cdn.forecast import forecast as run
    from ops.jsonable import plain
    from ops.views.cdn import forecasted

    with explained():
        edge = _edge(stack, phase, config, plan)
        if host and host not in edge.policy.host_names():
            fail(f"--host {host}: no host of this stack; its hosts are {', '.join(edge.policy.host_names())}")
        found = run(edge, LogReader(log), size=int(size_gib * 2**30), host=host, target=target)
    document = {**plain(found), "ok": found.ok, "simulate": list(found.simulate)}
    present(found, forecasted, as_json=json_output, document=document)
    if not found.ok:
        raise SystemExit(1)


@group.command(epilog="Example: ./bbp cdn purge prod --tag html --tag api --soft")
def purge(
    stack: StackArgument,
    prefix: Annotated[
        Texts | None,
        typer.Option(
            "--prefix",
            help="Path, on every host of the stack, or an https:// URL: it, all below it, every query; repeatable.",
        ),
    ] = None,
    path: Annotated[
        Texts | None,
        typer.Option(
            "--path", help="The same for one exact URL; copies under another cache key stay, --prefix takes them too."
        ),
    ] = None,
    variants: Annotated[
        bool, typer.Option("--variants", help="With --path: the copies for pages of the stack's other hosts, too.")
    ] = False,
    tag: Annotated[
        Texts | None, typer.Option("--tag", help="Cache tag: images, static, html, api; repeatable.")
    ] = None,
    host: Annotated[Texts | None, typer.Option("--host", help="Host name of the stack; repeatable.")] = None,
    everything: Annotated[bool, typer.Option("--everything", help="All that the zone has in its cache.")] = False,
    before: BeforeOption = None,
    after: AfterOption = None,
    soft: Annotated[
        bool, typer.Option("--soft", help="Keep stale copies and revalidate them; never for what had to go.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be purged, and call nothing.")] = False,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", help="File that remembers what is done: run again to go on.", metavar="FILE"),
    ] = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Purge prefixes, tags, hosts, URLs or everything from Cloudflare's cache; exit 1 when a part was refused.

    With --before and --after what a deployment replaced or removed, and nothing else.
    The token comes from CLOUDFLARE_API_TOKEN and needs Zone > Cache Purge on this zone alone.
    """
    import os
    from functools import partial

    from infra.edge_policy import edge_policy
    from ops.answers.cdn.api import PurgeApi
    from ops.answers.cdn.journal import Journal
    from ops.answers.cdn.manifests import on_hosts
    from ops.answers.cdn.purge import PurgeResult, calls, wanted
    from ops.answers.cdn.purge import purge as run
    from ops.inputs.stack_file import check
    from ops.views.cdn import purged, would_purge

    with explained():
        settings = check(stack, config).settings_or_raise()
        if settings.cdn.zone_id is None:
            fail("this stack has no CDN: bailbondpro:cdn.zoneId is not set")
        policy = edge_policy(settings)
        differences = _changed(before, after)
        replaced = on_hosts(policy, differences.to_purge) if differences else ()
        if differences and not replaced:
            note("nothing was replaced or removed, hashed files apart: there is nothing to purge")
            present(PurgeResult("prefixes", soft, (), ()), purged, as_json=json_output)
            return
        asked = wanted(
            policy,
            prefixes=(*(prefix or ()), *replaced),
            paths=path or (),
            tags=tag or (),
            hosts=host or (),
            everything=everything,
            with_variants=variants,
        )
        if dry_run:
            document = {"dry_run": True, "selector": asked.selector, "soft": soft, "calls": calls(policy, asked)}
            shown = {**document, "values": list(asked.values)}
            present((asked, calls(policy, asked)), would_purge, as_json=json_output, document=shown)
            return
        zone = settings.cdn.zone_id
        opened = partial(Journal.opened, zone=zone, selector=asked.selector, values=asked.values, soft=soft)
        journal = opened(resume) if resume else None
        if journal and journal.done:
            note(f"{len(journal.done)} values were purged by an earlier run and are not asked for again")
        api = PurgeApi.from_environment(zone, os.environ, note)
        result = run(api, policy, asked, soft=soft, journal=journal)
    if path:
        note("copies with another cache key (query, Origin, X-Forwarded-Host) stay; --prefix takes them too")
    present(result, purged, as_json=json_output)
    if not result.ok:
        fail(f"{len(result.failed)} of {len(result.failed) + len(result.purged)} were not purged")


@group.command(epilog="Example: ./bbp cdn warm prod --paths warm.txt")
def warm(
    stack: StackArgument,
    paths: Annotated[
        Path | None,
        typer.Option("--paths", help="File with paths or URLs, one a line. Default: cdn.warmPaths.", metavar="FILE"),
    ] = None,
    before: BeforeOption = None,
    after: AfterOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be requested, and request nothing.")
    ] = False,
    connect_to: Annotated[
        str, typer.Option("--connect-to", help="Send everything to http://ADDRESS:PORT, as curl --connect-to does.")
    ] = "",
    phase: PhaseOption = None,
    config: ConfigOption = None,
    json_output: JsonOption = False,
) -> None:
    """Fill the cache: two HEAD requests for each URL, the second must be answered by the edge; exit 1 otherwise.

    A path is requested on every host that may cache it. A list with a private entry is refused as a whole; of what
    --before and --after differ in, what would not be cached is left out.
    """
    from ops.answers.cdn.edge import edge_of, listed_in
    from ops.answers.cdn.warm import HttpHead, Warmed, changed_urls, urls_to_warm
    from ops.answers.cdn.warm import warm as run
    from ops.inputs.stack_file import check
    from ops.views.cdn import warmed, would_warm

    with explained():
        settings = check(stack, config, phase).settings_or_raise()
        differences = _changed(before, after)
        if differences and paths:
            fail("--paths and --before with --after are two lists: give one of them")
        if differences:
            urls, left = changed_urls(edge_of(settings), differences.to_warm)
            note(f"{len(urls)} URLs of what changed; {left} files are left out, since the edge caches none of them")
        else:
            texts = listed_in(paths) if paths else settings.cdn.warm_paths
            if not texts:
                fail("there is nothing to warm: give --paths FILE or set bailbondpro:cdn.warmPaths")
            urls = urls_to_warm(edge_of(settings), texts)
        head = HttpHead(connect_to)
        if dry_run:
            present(urls, would_warm, as_json=json_output, document={"dry_run": True, "urls": list(urls)})
            return
        finished: list[Warmed] = []

        def done(one: Warmed) -> None:
            finished.append(one)
            note(f"[{len(finished)}/{len(urls)}] {one.url}: {one.reason or f'{one.first}, then {one.second}'}")

        results = run(urls, head, done)
    failed = [one for one in results if one.reason]
    document = {"warmed": len(results) - len(failed), "urls": results}
    present(results, warmed, as_json=json_output, document=document)
    if failed:
        raise SystemExit(1)


@group.command(epilog="Example: ./bbp cdn image-url prod /team/anna.jpg --width 640 --format webp")
def image_url(
    stack: StackArgument,
    path: Annotated[str, typer.Argument(help="Path of the image on the images host.")],
    width: Annotated[int | None, typer.Option("--width", help="Pixels; one of cdn.imageWidths.")] = None,
    height: Annotated[int | None, typer.Option("--height", help="Pixels.")] = None,
    quality: Annotated[int | None, typer.Option("--quality", help="Percent.")] = None,
    image_format: Annotated[
        Literal["auto", "webp", "avif", "jpeg", "png"], typer.Option("--format", help="png keeps the format as it is.")
    ] = "auto",
    config: ConfigOption = None,
) -> None:
    """Print the address of an optimised rendition of an image."""
    from bailbondpro.edge.origin import image_url as run
    from infra.edge_policy import edge_policy
    from ops.answers.cdn.paths import unserved
    from ops.inputs.stack_file import check

    if reason := unserved(path):
        fail(f"{path}: {reason}")
    with explained():
        policy = edge_policy(check(stack, config).settings_or_raise())
        try:
            url = run(policy, path, width=width, height=height, quality=quality, image_format=image_format)
        except ValueError as error:
            fail(str(error))
    out.print(url, markup=False, soft_wrap=True)
