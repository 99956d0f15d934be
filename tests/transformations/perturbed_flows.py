"""Flows for the perturbation property: every transformation alone, and some of them together."""

from __future__ import annotations

import json
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def example_script(path: str) -> str:
    """Return the script of a data flow of the examples."""
    flow = json.loads((EXAMPLES / path).read_text(encoding="utf-8"))
    return "\n".join(flow["properties"]["typeProperties"]["scriptLines"])


S = "source(output(a as integer, b as integer, k as string), allowSchemaDrift: false) ~> s\n"
LR = """source(output(k as string, v as integer, u as integer), allowSchemaDrift: false) ~> l
source(output(k as string, w as integer, z as string), allowSchemaDrift: false) ~> r
"""

CLEAN = """input(output(name as string, n as integer), order: 0) ~> rows
rows derive(n = n + 1) ~> up
up filter(rows@n > 1) ~> some
some output(mapColumn(who = name, n)) ~> big
up output() ~> all
"""

FLOWS: dict[str, str] = {
    "aggregate": S + "s aggregate(groupBy(k, big = a > 1), t = sum(b), n = count(1), m = max(a)) ~> g  g sink() ~> out",
    "aggregate_all": S + "s aggregate(n = count(b), t = sumIf(a > 1, b)) ~> g  g sink() ~> out",
    "aggregate_pattern": S
    + "s aggregate(groupBy(k), each(match(type == 'integer'), 'm_' + $$ = min($$))) ~> g  g sink() ~> out",
    "alter_row": S + "s alterRow(deleteIf(a > 1), upsertIf(k == 'x')) ~> w  "
    "w sink(deletable: true, insertable: true, updateable: false, upsertable: true, keys: ['k']) ~> out",
    "alter_row_filters": S + "s alterRow(deleteIf(a > 1), updateIf(k == 'x')) ~> w  "
    "w sink(deletable: false, insertable: true, updateable: false, upsertable: false) ~> out",
    "alter_row_twice": S + "s alterRow(updateIf(a > 1)) ~> w  w alterRow(deleteIf(b > 1)) ~> v  "
    "v sink(deletable: true, updateable: true, keys: ['k']) ~> out",
    "assert": LR + "l, r assert(expectTrue(v > 1, false, 'big', u > 1), expectUnique(l@k, true, 'one'), "
    "expectExists(l@k == r@k, false, 'known')) ~> t  t sink(ignoreAssertFailedRows: true, mapColumn(k, v)) ~> out",
    "cache_lookup": LR + "r sink(store: 'cache', keys: ['k']) ~> c  "
    "l derive(found = c#lookup(k).w, one = c#output().z) ~> d  d sink(mapColumn(v, found, one)) ~> out",
    "call": S + "s call(mapColumn(n = a), queryParameters = ['k' -> k], output(body as (x as long), status as string), "
    "format: 'rest', store: 'restservice') ~> c  c derive(x = body.x) ~> d  d sink(mapColumn(x, status, b)) ~> out",
    "cast": S + "s cast(output(k as integer, a as string), errors: true) ~> c  "
    "c sink(ignoreAssertFailedRows: true) ~> out",
    "cast_parts": S + "s derive(p = @(x = a), q = split(k, 'y')) ~> d  "
    "d cast(output(p as (x as string), q as integer[])) ~> c  c derive(x = p.x, z = size(q)) ~> e  "
    "e sink(mapColumn(x, z, b)) ~> out",
    "derive": S + "s derive(c = a + b, a = b * 2, e = iif(k == 'x', a, 7), f = upper(k)) ~> d  d sink() ~> out",
    "derive_locals": S + "s derive(c = iif(:big, 1, 0), big := a > 1, e = coalesce(a, b)) ~> d  d sink() ~> out",
    "derive_pattern": S + "s derive(each(match(type == 'integer'), $$ + '_up' = $$ + 1)) ~> d  d sink() ~> out",
    "derive_members": S + "s derive(box = @(n = a)) ~> d  d derive(each(box, match(true()), $$ = $$ + 1)) ~> e  "
    "e sink(mapColumn(n, b)) ~> out",
    "derive_unfold": S + "s derive(item = unfold(split(k, 'y')), c = a) ~> d  d sink(mapColumn(item, c)) ~> out",
    "flatten": S
    + "s derive(box = @(list = split(k, 'y'))) ~> d  d foldDown(unroll(box.list), mapColumn(b, item = box.list)) ~> f  "
    "f sink(mapColumn(b)) ~> out",
    "flatten_items": S + "s derive(parts = split(k, 'y')) ~> d  d foldDown(unroll(parts), mapColumn(b, parts)) ~> f  "
    "f sink() ~> out",
    "flatten_many": LR + "l derive(p = split(k, 'y'), q = split(k, 'x')) ~> d  "
    "d foldDown(unrollMultiple(p, q), mapColumn(q)) ~> f  f sink() ~> out",
    "flowlet": S + "s compose(mapColumn(name = k, n = a), composition: 'clean') ~> F@(big, all)  "
    "F@big sink() ~> o1  F@all sink() ~> o2",
    "exists": LR + "l, r exists(l@k == r@k && u > w, negate: false) ~> e  e sink() ~> out",
    "exists_negated": LR + "l, r exists(l@k == r@k, negate: true) ~> e  e sink() ~> out",
    "filter": S + "s filter(a > 1 || isNull(k)) ~> f  f sink() ~> out",
    "join_cross": LR + "l, r join(u > w, joinType: 'cross') ~> j  j sink(mapColumn(v, z)) ~> out",
    "join_fuzzy": LR
    + "l, r join(fuzzyCompare(l@k, r@k, 60), joinType: 'outer', matchType: 'fuzzy', scoreColumn: 's') ~> j  "
    "j sink(mapColumn(v, w, s)) ~> out",
    "join_spaces": LR + "l, r join(l@k == r@k, joinType: 'inner', ignoreSpaces: true) ~> j  "
    "j sink(mapColumn(v, w)) ~> out",
    "join_inner": LR + "l, r join(l@k == r@k, joinType: 'inner') ~> j  j sink(mapColumn(k = l@k, v, w, z)) ~> out",
    "join_left": LR + "l, r join(l@k == r@k && v == w, joinType: 'left') ~> j  j sink(mapColumn(v, z)) ~> out",
    "join_outer": LR + "l, r join(l@k == r@k, joinType: 'outer') ~> j  "
    "j sink(mapColumn(a = l@k, b = r@k, v, w)) ~> out",
    "join_right": LR + "l, r join(l@k == r@k, joinType: 'right') ~> j  j sink(mapColumn(u, w)) ~> out",
    "key_generate": S + "s keyGenerate(output(id as long), startAt: 5L) ~> g  g sink() ~> out",
    "key_generate_sorted": S + "s sort(asc(a, true), asc(k, true)) ~> o  "
    "o keyGenerate(output(id as long)) ~> g  g sink() ~> out",
    "lookup_all": LR + "l, r lookup(l@k == r@k, multiple: true) ~> m  m sink(mapColumn(v, w)) ~> out",
    "lookup_first": LR
    + "l, r lookup(l@k == r@k, multiple: false, pickup: 'first', asc(w, true)) ~> m  m sink(mapColumn(v, w)) ~> out",
    "parse": S + "s derive(t = '{\"x\": \"' + k + '\"}') ~> d  d parse(t = t ? (x as string), format: 'json') ~> p  "
    "p derive(t = t.x) ~> e  e sink(mapColumn(t, b)) ~> out",
    "parse_delimited": S + "s derive(t = k + ',' + toString(a)) ~> d  "
    "d parse(t = t ? (x as string, y as integer), format: 'delimited') ~> p  "
    "p derive(y = t.y) ~> e  e sink(mapColumn(y, b)) ~> out",
    "parse_xml": S + "s derive(t = '<r><x>' + k + '</x></r>') ~> d  "
    "d parse(t = t ? (r as (x as string)), format: 'xml') ~> p  p derive(t = t.r.x) ~> e  "
    "e sink(mapColumn(t, b)) ~> out",
    "pivot": S
    + "s pivot(groupBy(b), pivotBy(k, ['x', 'y']), n = count(a), columnNaming: '$V_$N', lateral: true) ~> p  "
    "p sink() ~> out",
    "rank": S + "s rank(desc(a, true), asc(k, true), output(place as long)) ~> r  r sink() ~> out",
    "rank_dense": S
    + "s rank(asc(k, true), caseInsensitive: true, dense: true, output(p as long)) ~> r  r sink() ~> out",
    "select": S + "s select(mapColumn(x = k, each(match(name == 'a'), 'y' = $$))) ~> p  p sink() ~> out",
    "sink": S + "s sink(mapColumn(B = b, k)) ~> out  s sink(allowSchemaDrift: true) ~> all",
    "sort": S + "s sort(asc(a, true), desc(k, false)) ~> o  o sink(mapColumn(a, b, k)) ~> out",
    "split_all": S + "s split(a > 1, b > 1, disjoint: true) ~> t@(p, q, rest)  t@p sink(mapColumn(k)) ~> o1  "
    "t@q sink(mapColumn(k)) ~> o2  t@rest sink(mapColumn(k)) ~> o3",
    "split_first": S + "s split(a > 1, b > 1, disjoint: false) ~> t@(p, q, rest)  t@p sink(mapColumn(k)) ~> o1  "
    "t@q sink(mapColumn(k)) ~> o2  t@rest sink(mapColumn(k)) ~> o3",
    "stringify": S + "s derive(box = @(n = a, t = k)) ~> d  d stringify(box = box ? string, format: 'json') ~> t  "
    "t sink(mapColumn(box, b)) ~> out",
    "stringify_delimited": S + "s stringify(t = @(n = a, t = k) ? string, format: 'delimited') ~> t  "
    "t sink(mapColumn(t, b)) ~> out",
    "stringify_xml": S + "s stringify(t = @(r = @(n = a, t = k)) ? string, format: 'xml') ~> t  "
    "t sink(mapColumn(t, b)) ~> out",
    "union_by_name": LR + "l, r union(byName: true) ~> n  n sink() ~> out",
    "union_by_position": LR + "r select(mapColumn(k, w, w2 = w)) ~> p  l, p union(byName: false) ~> n  n sink() ~> out",
    "unpivot": S + "s unpivot(output(what as string, n as integer), ungroupBy(k), ignoreNullPivots: true) ~> u  "
    "u sink() ~> out",
    "window": S + "s window(over(k), asc(a, true), t = sum(b), n = rowNumber(), before = lag(b)) ~> w  w sink() ~> out",
    "window_framed": S
    + "s window(over(k), asc(a, true), startRowOffset: -1L, endRowOffset: 0L, t = sum(b)) ~> w  w sink() ~> out",
    "window_range": S
    + "s window(over(p = upper(k)), asc(a, true), startRange: -1, endRange: 1, t = sum(b)) ~> w  w sink() ~> out",
    "whole_conditional_total": S + "s derive(c = iif(a > 1, b, 0)) ~> d  d aggregate(groupBy(k), t = sum(c)) ~> g  "
    "g filter(t > 1) ~> f  f sink() ~> out",
    "whole_two_branches_meet": S + "s derive(a2 = a + 1) ~> d  d filter(a > 1) ~> f1  "
    "d aggregate(groupBy(k), m = max(b)) ~> g  "
    "f1, g join(f1@k == g@k, joinType: 'left') ~> j  j select(mapColumn(a2, m, key = g@k)) ~> p  p sink() ~> out",
    "whole_report": LR + "l filter(!isNull(v)) ~> f  f derive(late = iif(v > 1, 1, 0), sum = v + u) ~> d  "
    "d, r join(d@k == r@k, joinType: 'inner') ~> j  j aggregate(groupBy(z), total = sum(sum), lates = sum(late)) ~> g  "
    "g select(mapColumn(Zone = z, total, lates)) ~> p  p sink() ~> report  "
    "d aggregate(groupBy(k = d@k), best = max(u)) ~> h  h sink() ~> best",
    "example_build_delays": example_script("flights/reporting/dataflow/BuildDelays.json"),
}
