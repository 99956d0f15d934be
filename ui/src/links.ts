// Addresses inside Studio: a URL for every state, made in one place.
import { rowKey } from "./graph/model";

const id = encodeURIComponent;

export type Tab = "overview" | "properties" | "schema" | "lineage" | "impact" | "runs" | "history";

export const links = {
  home: "/",
  browse: (path?: string) => (path && path !== "/" ? `/browse?path=${id(path)}` : "/browse"),
  search: (q: string, more: Readonly<Record<string, string>> = {}) =>
    `/search?${new URLSearchParams({ q, ...more }).toString()}`,
  asset: (guid: string, tab: Tab = "overview") =>
    tab === "overview" ? `/assets/${id(guid)}` : `/assets/${id(guid)}/${tab}`,
  column: (guid: string, column: string) => `/assets/${id(guid)}/lineage?column=${id(rowKey(guid, column))}`,
  glossary: (guid?: string) => (guid ? `/glossary?glossary=${id(guid)}` : "/glossary"),
  term: (guid: string) => `/glossary/${id(guid)}`,
  runs: "/monitor",
  run: (runId: string, activity?: string) =>
    activity ? `/monitor/${id(runId)}?activity=${id(activity)}` : `/monitor/${id(runId)}`,
  manage: "/manage",
  signIn: "/sign-in",
};
