// Short names for the answers of the server. The schema is generated; these lines only point into it.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type ActivityDetail = Schemas["ActivityDetail"];
export type ActivityRow = Schemas["ActivityRow"];
export type Asset = Schemas["Asset"];
export type AssetRun = Schemas["AssetRun"];
export type AssetRuns = Schemas["AssetRuns"];
export type AssetSchema = Schemas["AssetSchema"];
export type BrowseItem = Schemas["BrowseItem"];
export type BrowsePage = Schemas["BrowsePage"];
export type ColumnLink = Schemas["ColumnLink"];
export type ColumnRef = Schemas["ColumnRef"];
export type Connection = Schemas["Connection"];
export type Connections = Schemas["Connections"];
export type Crumb = Schemas["Crumb"];
export type Hit = Schemas["Hit"];
export type Home = Schemas["Home"];
export type LineageEdge = Schemas["LineageEdge"];
export type LineageNode = Schemas["LineageNode"];
export type LineageReport = Schemas["LineageReport"];
export type LineageView = Schemas["LineageView"];
export type NodeColumn = Schemas["NodeColumn"];
export type RunDetail = Schemas["RunDetail"];
export type RunPage = Schemas["RunPage"];
export type RunRow = Schemas["RunRow"];
export type SchemaColumn = Schemas["SchemaColumn"];
export type SearchPage = Schemas["SearchPage"];
export type Segment = Schemas["Segment"];
export type Session = Schemas["Session"];
export type Suggestions = Schemas["Suggestions"];
export type WaitingFact = Schemas["WaitingFact"];
