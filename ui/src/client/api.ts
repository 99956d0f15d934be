// One function a request. A refusal becomes an ApiError with the server's sentence and its cure.
import type * as T from "./types";

const BASE = "/studio/api";

type Value = string | number | boolean | undefined;
type Query = Readonly<Record<string, Value | readonly string[]>>;

/** What went wrong, in the server's words, and what to do about it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly cure: string,
    readonly code: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

async function request<Answer>(method: string, path: string, query?: Query, body?: unknown): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(address(path, query), {
      method,
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        "X-Headwater-Studio": "1",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, "The server does not answer", "Check that `headwater serve` still runs, then try again.", "");
  }
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

interface Faults {
  readonly faults?: readonly { readonly code: string; readonly message: string; readonly cure: string }[];
}

async function refusal(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Faults;
  const fault = body.faults?.[0];
  const message = fault?.message ?? `The server answered with status ${response.status}`;
  return new ApiError(
    response.status,
    message,
    fault?.cure ?? "Try again; the server's log says more.",
    fault?.code ?? "",
  );
}

export interface SearchQuery {
  readonly q: string;
  readonly source?: readonly string[];
  readonly type?: readonly string[];
  readonly collection?: readonly string[];
  readonly classification?: readonly string[];
  readonly term?: readonly string[];
  readonly label?: readonly string[];
  readonly contact?: readonly string[];
  readonly offset?: number;
}

export interface LineageQuery {
  readonly guid: string;
  readonly depth: number;
  readonly column?: readonly string[];
  readonly unfold?: readonly string[];
  readonly expand?: readonly string[];
  readonly indirect?: boolean;
  readonly asOf?: string;
}

export interface RunsQuery {
  readonly workspace?: string;
  readonly status?: string;
  readonly pipeline?: string;
  readonly offset?: number;
}

export type AnnotationKind = "classification" | "term" | "label" | "owner" | "expert";

export interface ImpactQuery {
  readonly guid: string;
  readonly direction: "INPUT" | "OUTPUT";
  readonly column?: string;
}

const id = encodeURIComponent;

export const api = {
  session: () => request<T.Session>("GET", "/session"),
  signIn: (token: string) => request<T.Session>("POST", "/session", {}, { token }),
  signOut: () => request<void>("DELETE", "/session"),
  home: () => request<T.Home>("GET", "/home"),
  search: (query: SearchQuery) => request<T.SearchPage>("GET", "/search", { ...query }),
  suggest: (q: string) => request<T.Suggestions>("GET", "/suggest", { q }),
  browse: (path: string) => request<T.BrowsePage>("GET", "/browse", { path }),
  asset: (guid: string) => request<T.Asset>("GET", `/assets/${id(guid)}`),
  schema: (guid: string) => request<T.AssetSchema>("GET", `/assets/${id(guid)}/schema`),
  annotate: (guid: string, edit: T.AnnotationEdit) =>
    request<T.Asset>("PATCH", `/assets/${id(guid)}/annotations`, {}, edit),
  choices: (kind: AnnotationKind, q: string) => request<T.Choices>("GET", "/annotations/choices", { kind, q }),
  history: (guid: string, offset: number) => request<T.AssetHistory>("GET", `/assets/${id(guid)}/history`, { offset }),
  impact: ({ guid, ...query }: ImpactQuery, after?: string) =>
    request<T.Impact>("GET", `/assets/${id(guid)}/impact`, { ...query, after }),
  impactFile: ({ guid, ...query }: ImpactQuery) => address(`/assets/${id(guid)}/impact.csv`, { ...query }),
  drawn: (guid: string) => request<T.DrawnEdges>("GET", `/assets/${id(guid)}/lineage/manual`),
  draw: (edge: T.NewManualLineage) => request<T.ManualLineage>("POST", "/lineage/manual", {}, edge),
  erase: (edge: string) => request<void>("DELETE", `/lineage/manual/${id(edge)}`),
  assetRuns: (guid: string) => request<T.AssetRuns>("GET", `/assets/${id(guid)}/runs`),
  lineage: (query: LineageQuery) => request<T.LineageView>("GET", "/lineage", { ...query }),
  glossary: (guid: string, offset: number) => request<T.GlossaryPage>("GET", "/glossary", { guid, offset }),
  term: (guid: string) => request<T.TermPage>("GET", `/glossary/terms/${id(guid)}`),
  newTerm: (term: T.NewTerm) => request<T.TermPage>("POST", "/glossary/terms", {}, term),
  runs: (query: RunsQuery) => request<T.RunPage>("GET", "/runs", { ...query }),
  run: (runId: string) => request<T.RunDetail>("GET", `/runs/${id(runId)}`),
  activity: (activityRunId: string) => request<T.ActivityDetail>("GET", `/activities/${id(activityRunId)}`),
  retry: (activityRunId: string) => request<T.LineageReport>("POST", `/activities/${id(activityRunId)}/lineage/retry`),
  connections: () => request<T.Connections>("GET", "/connections"),
  fixConnection: (workspace: string) => request<T.Connections>("POST", `/connections/${id(workspace)}/fix`),
};
