// What pages ask for, as TanStack queries: one hook a question, one key a question.
import {
  keepPreviousData,
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import {
  type AnnotationKind,
  api,
  ApiError,
  type ImpactQuery,
  type LineageQuery,
  type RunsQuery,
  type SearchQuery,
} from "./api";
import type { AnnotationEdit, RunDetail, RunPage } from "./types";

const LIVE_MS = 2000;
const CALM_MS = 15_000;

export function newClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (count, error) => count < 1 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      },
    },
  });
}

export const useSession = () =>
  useQuery({ queryKey: ["session"], queryFn: api.session, staleTime: 60_000, retry: false });

export const useHome = () => useQuery({ queryKey: ["home"], queryFn: api.home, refetchInterval: CALM_MS });

export const useSearch = (query: SearchQuery) =>
  useQuery({ queryKey: ["search", query], queryFn: () => api.search(query), placeholderData: keepPreviousData });

export const useSuggest = (q: string) =>
  useQuery({
    queryKey: ["suggest", q],
    queryFn: () => api.suggest(q),
    enabled: q.trim().length > 0,
    placeholderData: keepPreviousData,
  });

export const useBrowse = (path: string) => useQuery({ queryKey: ["browse", path], queryFn: () => api.browse(path) });

export const useAsset = (guid: string) => useQuery({ queryKey: ["asset", guid], queryFn: () => api.asset(guid) });

export const useSchema = (guid: string, enabled = true) =>
  useQuery({ queryKey: ["schema", guid], queryFn: () => api.schema(guid), enabled });

export const useAssetRuns = (guid: string) =>
  useQuery({ queryKey: ["assetRuns", guid], queryFn: () => api.assetRuns(guid) });

export const useChoices = (kind: AnnotationKind, q: string) =>
  useQuery({
    queryKey: ["choices", kind, q],
    queryFn: () => api.choices(kind, q),
    placeholderData: keepPreviousData,
  });

export function useAnnotate(guid: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (edit: AnnotationEdit) => api.annotate(guid, edit),
    onSuccess: (asset) => {
      client.setQueryData(["asset", guid], asset);
      return client.invalidateQueries({ queryKey: ["history", guid] });
    },
  });
}

export const useHistory = (guid: string) =>
  useInfiniteQuery({
    queryKey: ["history", guid],
    queryFn: ({ pageParam }) => api.history(guid, pageParam),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const useDrawn = (guid: string) => useQuery({ queryKey: ["drawn", guid], queryFn: () => api.drawn(guid) });

/** What an edge changes: the lists of drawn ones, lineage, impact, and whether the asset has lineage at all. */
const AROUND = ["drawn", "lineage", "impact", "asset", "schema", "history"];

export function useDraw(guid: string) {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ["draw", guid],
    mutationFn: api.draw,
    onSuccess: () => Promise.all(AROUND.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

export function useErase(guid: string) {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ["erase", guid],
    mutationFn: api.erase,
    onSuccess: () => Promise.all(AROUND.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

export const useGlossary = (guid: string) =>
  useInfiniteQuery({
    queryKey: ["glossary", guid],
    queryFn: ({ pageParam }) => api.glossary(guid, pageParam),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const useTerm = (guid: string) => useQuery({ queryKey: ["term", guid], queryFn: () => api.term(guid) });

export function useNewTerm() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: api.newTerm,
    onSuccess: () => client.invalidateQueries({ queryKey: ["glossary"] }),
  });
}

export const useImpact = (query: ImpactQuery) =>
  useInfiniteQuery({
    queryKey: ["impact", query],
    queryFn: ({ pageParam }) => api.impact(query, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.continuation ?? undefined,
    placeholderData: keepPreviousData,
  });

export const useLineage = (query: LineageQuery) =>
  useQuery({ queryKey: ["lineage", query], queryFn: () => api.lineage(query), placeholderData: keepPreviousData });

const running = (page: RunPage | undefined) =>
  page?.runs.some((run) => run.endedAt === null || run.endedAt === undefined || run.lineage.pending > 0) ?? false;

export const useRuns = (query: RunsQuery) =>
  useQuery({
    queryKey: ["runs", query],
    queryFn: () => api.runs(query),
    placeholderData: keepPreviousData,
    refetchInterval: (state) => (running(state.state.data) ? LIVE_MS : CALM_MS),
  });

const unfinished = (detail: RunDetail | undefined) =>
  detail !== undefined && (!detail.run.endedAt || detail.activities.some((one) => one.lineage.status === "Pending"));

export const useRun = (runId: string) =>
  useQuery({
    queryKey: ["run", runId],
    queryFn: () => api.run(runId),
    refetchInterval: (state) => (unfinished(state.state.data) ? LIVE_MS : false),
  });

export const useActivity = (activityRunId: string) =>
  useQuery({
    queryKey: ["activity", activityRunId],
    queryFn: () => api.activity(activityRunId),
    refetchInterval: (state) => (state.state.data?.activity.lineage.status === "Pending" ? LIVE_MS : false),
  });

export const useConnections = () =>
  useQuery({ queryKey: ["connections"], queryFn: api.connections, refetchInterval: CALM_MS });

export function useRetry(activityRunId: string, runId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.retry(activityRunId),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["activity", activityRunId] }),
        client.invalidateQueries({ queryKey: ["run", runId] }),
      ]),
  });
}

export function useFixConnection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: api.fixConnection,
    onSuccess: (answer) => client.setQueryData(["connections"], answer),
  });
}
