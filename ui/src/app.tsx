// Who provides what: theme, data, and a page for every address.
import { FluentProvider, makeStyles, Spinner } from "@fluentui/react-components";
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, StrictMode, Suspense, useState } from "react";
import { createBrowserRouter, Navigate, Outlet, type RouteObject, RouterProvider, useLocation } from "react-router";
import { ApiError } from "./client/api";
import { newClient, useSession } from "./client/queries";
import { ColoursContext, useColours } from "./colours";
import { Frame } from "./frame/Frame";
import { links } from "./links";
import { messages } from "./messages";
import { AssetPage } from "./pages/asset/AssetPage";
import { HistoryTab } from "./pages/asset/HistoryTab";
import { ImpactTab } from "./pages/asset/ImpactTab";
import { OverviewTab } from "./pages/asset/OverviewTab";
import { PropertiesTab } from "./pages/asset/PropertiesTab";
import { RunsTab } from "./pages/asset/RunsTab";
import { SchemaTab } from "./pages/asset/SchemaTab";
import { BrowsePage } from "./pages/browse/BrowsePage";
import { GlossaryPage } from "./pages/glossary/GlossaryPage";
import { TermPage } from "./pages/glossary/TermPage";
import { HomePage } from "./pages/home/HomePage";
import { LostPage } from "./pages/lost/LostPage";
import { ManagePage } from "./pages/manage/ManagePage";
import { RunPage } from "./pages/monitor/RunPage";
import { RunsPage } from "./pages/monitor/RunsPage";
import { SearchPage } from "./pages/search/SearchPage";
import { SignInPage } from "./pages/signin/SignInPage";
import { Bones, Trouble } from "./parts/Waiting";
import { type Colours, firstColours, keepColours, themes } from "./theme";

// The canvas and elk are most of the code, so they come only when a lineage tab opens.
const LineageTab = lazy(() => import("./pages/asset/LineageTab"));

const PAGES: RouteObject[] = [
  { path: "/", element: <HomePage /> },
  { path: "/search", element: <SearchPage /> },
  { path: "/browse", element: <BrowsePage /> },
  {
    path: "/assets/:guid",
    element: <AssetPage />,
    children: [
      { index: true, element: <OverviewTab /> },
      { path: "properties", element: <PropertiesTab /> },
      { path: "schema", element: <SchemaTab /> },
      { path: "impact", element: <ImpactTab /> },
      { path: "runs", element: <RunsTab /> },
      { path: "history", element: <HistoryTab /> },
      {
        path: "lineage",
        element: (
          <Suspense fallback={<Bones lines={8} />}>
            <LineageTab />
          </Suspense>
        ),
      },
    ],
  },
  { path: "/glossary", element: <GlossaryPage /> },
  { path: "/glossary/:guid", element: <TermPage /> },
  { path: "/monitor", element: <RunsPage /> },
  { path: "/monitor/:runId", element: <RunPage /> },
  { path: "/manage", element: <ManagePage /> },
  { path: "*", element: <LostPage /> },
];

const client = newClient();

const useStyles = makeStyles({ middle: { height: "100dvh" } });

export function App() {
  const [colours, setColours] = useState<Colours>(firstColours);
  const change = (next: Colours) => {
    keepColours(next);
    setColours(next);
  };
  const [router] = useState(() =>
    createBrowserRouter([
      { path: links.signIn, element: <SignInPage /> },
      { element: <Inside />, errorElement: <LostPage broken />, children: PAGES },
    ]),
  );
  return (
    <StrictMode>
      <FluentProvider theme={themes[colours]}>
        <QueryClientProvider client={client}>
          <ColoursContext.Provider value={{ colours, change }}>
            <RouterProvider router={router} />
          </ColoursContext.Provider>
        </QueryClientProvider>
      </FluentProvider>
    </StrictMode>
  );
}

/** Everything behind the sign-in. A one-time token in the address is spent on the sign-in page. */
function Inside() {
  const styles = useStyles();
  const session = useSession();
  const location = useLocation();
  const { colours, change } = useColours();
  const token = new URLSearchParams(location.search).get("token");
  if (token) return <Navigate to={`${links.signIn}?token=${encodeURIComponent(token)}`} replace />;
  if (session.isPending) return <Spinner className={styles.middle} label={messages.loading} />;
  if (session.isError) {
    const unknown = session.error instanceof ApiError && session.error.status === 401;
    if (!unknown) return <Trouble error={session.error} retry={() => void session.refetch()} />;
    const back = location.pathname + location.search;
    return <Navigate to={back === "/" ? links.signIn : `${links.signIn}?back=${encodeURIComponent(back)}`} replace />;
  }
  return (
    <Frame session={session.data} colours={colours} onColours={change}>
      <Outlet />
    </Frame>
  );
}
