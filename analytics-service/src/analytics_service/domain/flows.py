"""Where money flows: categories down to merchants as a tree, sources to merchants as a graph.

Both are cut to what a screen can show. What is cut is never lost: it stands as one node of kind
`rest` below the same parent, so that children always add up to their parent.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from analytics_service.domain.categories import CategoryTree, Tally

MAX_TOP = 20
MAX_SUB = 50
MAX_MERCHANTS = 58
"""With one rest below each parent at most 200 nodes: 1 + 20 + 1 + 50 + 20 + 58 + 50."""
MAX_SOURCES = 7
MAX_FLOW_CATEGORIES = 12
MAX_FLOW_MERCHANTS = 18
"""With a rest in each column at most 40 nodes."""
MAX_DEPTH = 3
NO_LABEL = 0

ByPair = Mapping[tuple[int, int], Tally]
Key = TypeVar("Key", bound=tuple[int, ...])


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A source, category or merchant with what fell to it, or the rest of its siblings.

    `key` is a category's or a label's id, None for the whole and for a rest; `exact` marks a
    category whose own rows alone count; a rest stands for `folded` nodes of the kind `of`.
    """

    kind: str
    key: int | None
    tally: Tally
    children: tuple["FlowNode", ...] = ()
    exact: bool = False
    folded: int = 0
    of: str = ""


@dataclass(frozen=True, slots=True)
class FlowLink:
    """What flows from one node to another."""

    source: FlowNode
    target: FlowNode
    tally: Tally


@dataclass(frozen=True, slots=True)
class FlowGraph:
    """Columns of nodes from left to right, and what flows between neighbours."""

    total: Tally
    nodes: Sequence[FlowNode]
    links: Sequence[FlowLink]


def _size(node: FlowNode) -> tuple[int, int, int]:
    return (-node.tally.amount_minor, -node.tally.count, node.key or 0)


def _sum(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole += tally
    return whole


def build_tree(tree: CategoryTree, pairs: ByPair, *, top_level: int, depth: int) -> FlowNode:
    """The tree of categories of `top_level`, those below them, and their merchants.

    Args:
        tree: the user's categories.
        pairs: what fell to each (category, merchant label).
        top_level: the level at which the first row of nodes stands, 1 = roots.
        depth: how many rows of nodes, 1 to 3; the third are merchants.
    """
    branches: dict[int, dict[int, dict[int, Tally]]] = {}
    for (category_id, merchant), tally in pairs.items():
        top = tree.at_level(category_id, top_level)
        sub = tree.at_level(category_id, top_level + 1)
        leaves = branches.setdefault(top, {}).setdefault(sub, {})
        leaves[merchant] = leaves.get(merchant, Tally()) + tally
    shown = _kept_merchants(branches) if depth == MAX_DEPTH else frozenset()
    kept_subs = _kept_subs(branches) if depth > 1 else frozenset()
    nodes = [
        _branch(tree, top, subs, level=top_level, kept=kept_subs, shown=shown)
        for top, subs in branches.items()
    ]
    whole = _sum(pairs.values())
    tops = {node.key for node in sorted(nodes, key=_size)[:MAX_TOP]}
    children = _cut(nodes, tops)
    return FlowNode("all", None, whole, children)


def _branch(
    tree: CategoryTree,
    top: int,
    subs: Mapping[int, Mapping[int, Tally]],
    *,
    level: int,
    kept: frozenset[tuple[int, int]],
    shown: frozenset[tuple[int, int, int]],
) -> FlowNode:
    below = []
    for sub, leaves in subs.items():
        merchants = [FlowNode("merchant", label, tally) for label, tally in leaves.items()]
        marked = {label for at, of, label in shown if (at, of) == (top, sub)}
        children = _cut(merchants, marked) if marked else ()
        is_own = sub == top and tree.has_children(top)
        below.append(FlowNode("category", sub, _sum(leaves.values()), children, exact=is_own))
    whole = _sum(node.tally for node in below)
    exact = len(tree.path(top)) < level and tree.has_children(top)
    children = _cut(below, {sub for at, sub in kept if at == top}) if kept else ()
    if [node.key for node in children] == [top]:  # nothing stands below it: its merchants follow
        children = children[0].children
    return FlowNode("category", top, whole, children, exact=exact)


def _cut(nodes: Sequence[FlowNode], keys: Collection[int | None]) -> tuple[FlowNode, ...]:
    """The nodes of these keys in order of size, the others folded into one at the end."""
    ordered = sorted(nodes, key=_size)
    kept = [node for node in ordered if node.key in keys]
    folded = [node for node in ordered if node.key not in keys]
    if folded:
        whole = _sum(node.tally for node in folded)
        kept.append(FlowNode("rest", None, whole, folded=len(folded), of=folded[0].kind))
    return tuple(kept)


Branches = Mapping[int, Mapping[int, Mapping[int, Tally]]]


def _kept_subs(branches: Branches) -> frozenset[tuple[int, int]]:
    sizes = {
        (top, sub): _sum(leaves.values())
        for top, subs in branches.items()
        for sub, leaves in subs.items()
    }
    return frozenset(_largest(sizes, MAX_SUB))


def _kept_merchants(branches: Branches) -> frozenset[tuple[int, int, int]]:
    sizes = {
        (top, sub, label): tally
        for top, subs in branches.items()
        for sub, leaves in subs.items()
        for label, tally in leaves.items()
        if label != NO_LABEL
    }
    return frozenset(_largest(sizes, MAX_MERCHANTS))


def _largest(sizes: Mapping[Key, Tally], limit: int) -> list[Key]:
    ordered = sorted(sizes, key=lambda key: (-sizes[key].amount_minor, -sizes[key].count, key))
    return ordered[:limit]


def build_graph(
    tree: CategoryTree, by_source: ByPair, by_merchant: ByPair, *, level: int
) -> FlowGraph:
    """The flow from sources to the categories of a level to merchants.

    Args:
        tree: the user's categories.
        by_source: what fell to each (category, source label).
        by_merchant: what fell to each (category, merchant label).
        level: the level of the categories, 1 = roots.
    """
    inflows = _at_level(tree, by_source, level)
    outflows = _at_level(tree, by_merchant, level)
    sources = _column("source", _second(inflows), MAX_SOURCES)
    merchants = _column("merchant", _second(outflows), MAX_FLOW_MERCHANTS)
    categories = {
        key: _with_exact(tree, node, level)
        for key, node in _column("category", _first(outflows), MAX_FLOW_CATEGORIES).items()
    }
    into = {(label, key): tally for (key, label), tally in inflows.items()}
    links = [*_links(sources, categories, into), *_links(categories, merchants, outflows)]
    nodes = [node for column in (sources, categories, merchants) for node in _distinct(column)]
    return FlowGraph(_sum(by_merchant.values()), nodes, links)


def _at_level(tree: CategoryTree, pairs: ByPair, level: int) -> dict[tuple[int, int], Tally]:
    found: dict[tuple[int, int], Tally] = {}
    for (category_id, label), tally in pairs.items():
        key = (tree.at_level(category_id, level), label)
        found[key] = found.get(key, Tally()) + tally
    return found


def _first(pairs: ByPair) -> dict[tuple[int], Tally]:
    found: dict[tuple[int], Tally] = {}
    for (key, _), tally in pairs.items():
        found[(key,)] = found.get((key,), Tally()) + tally
    return found


def _second(pairs: ByPair) -> dict[tuple[int], Tally]:
    return _first({(label, key): tally for (key, label), tally in pairs.items()})


def _column(kind: str, sizes: Mapping[tuple[int], Tally], limit: int) -> dict[int, FlowNode]:
    """The node of each key; those beyond the limit, and unnamed labels, share one rest."""
    named = {key: tally for key, tally in sizes.items() if kind == "category" or key[0] != NO_LABEL}
    shown = _largest(named, limit)
    nodes = {key[0]: FlowNode(kind, key[0], sizes[key]) for key in shown}
    folded = [key[0] for key in sizes if key not in set(shown)]
    rest = FlowNode(
        "rest", None, _sum(sizes[(key,)] for key in folded), folded=len(folded), of=kind
    )
    return nodes | dict.fromkeys(folded, rest)


def _with_exact(tree: CategoryTree, node: FlowNode, level: int) -> FlowNode:
    key = node.key
    is_own = key is not None and len(tree.path(key)) < level and tree.has_children(key)
    return replace(node, exact=True) if is_own else node


def _links(
    left: Mapping[int, FlowNode], right: Mapping[int, FlowNode], pairs: ByPair
) -> list[FlowLink]:
    found: dict[tuple[FlowNode, FlowNode], Tally] = {}
    for (source, target), tally in pairs.items():
        ends = (left[source], right[target])
        found[ends] = found.get(ends, Tally()) + tally
    links = [FlowLink(source, target, tally) for (source, target), tally in found.items()]
    return sorted(links, key=lambda link: (_size(link.source), _size(link.target)))


def _distinct(column: Mapping[int, FlowNode]) -> list[FlowNode]:
    """Each node once, the largest first and the rest last."""
    return sorted(set(column.values()), key=lambda node: (node.key is None, _size(node)))


def label_ids(nodes: Iterable[FlowNode]) -> list[int]:
    """The ids of the labels that stand in nodes and below them, ascending."""
    found: set[int] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        waiting.extend(node.children)
        if node.kind in {"merchant", "source"} and node.key is not None:
            found.add(node.key)
    return sorted(found)
