// Search results: pills for source types, facets at the left, a card a row.
import {
  Button,
  Checkbox,
  makeStyles,
  mergeClasses,
  Tag,
  Text,
  ToggleButton,
  tokens,
} from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons";
import { useNavigate, useSearchParams } from "react-router";
import { useSearch } from "../../client/queries";
import type { Hit, SearchPage as Answer } from "../../client/types";
import { toggled } from "../../graph/state";
import { links } from "../../links";
import { messages, number } from "../../messages";
import { FamilyIcon } from "../../parts/FamilyIcon";
import { Marked } from "../../parts/Marked";
import { NavLinkText } from "../../parts/NavLinkText";
import { Empty, Ready } from "../../parts/Waiting";
import { ago } from "../../time";
import { MEDIUM, usePageStyles } from "../layout";

const PAGE = 25;

const useStyles = makeStyles({
  body: {
    display: "grid",
    gridTemplateColumns: "232px minmax(0, 1fr)",
    gap: tokens.spacingHorizontalXL,
    alignItems: "start",
    [MEDIUM]: { gridTemplateColumns: "minmax(0, 1fr)" },
  },
  facets: { display: "grid", gap: tokens.spacingVerticalL, [MEDIUM]: { display: "none" } },
  group: { border: "none", margin: 0, padding: 0, display: "grid", minWidth: 0 },
  legend: { fontWeight: tokens.fontWeightSemibold, padding: 0, marginBottom: tokens.spacingVerticalXS },
  // Names of classifications are long words: they break rather than push their count out of the column.
  facet: {
    display: "flex",
    alignItems: "center",
    justifyContent: "space-between",
    "& label": { overflowWrap: "anywhere" },
  },
  pills: { display: "flex", gap: tokens.spacingHorizontalS, flexWrap: "wrap" },
  list: {
    listStyleType: "none",
    margin: 0,
    padding: 0,
    display: "grid",
    gap: tokens.spacingVerticalS,
    gridTemplateColumns: "minmax(0, 1fr)",
  },
  card: { display: "flex", gap: tokens.spacingHorizontalM },
  icon: { color: tokens.colorBrandForeground1, paddingTop: "1px" },
  texts: { display: "grid", gap: "2px", minWidth: 0, flexGrow: 1 },
  name: { fontWeight: tokens.fontWeightSemibold, fontSize: tokens.fontSizeBase400 },
  path: {
    overflowWrap: "anywhere",
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  meta: {
    display: "flex",
    flexWrap: "wrap",
    gap: `0 ${tokens.spacingHorizontalM}`,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
  },
});

// What a search is narrowed by: query parameters of the page and of the server alike.
function choices(search: URLSearchParams) {
  const of = (key: string): readonly string[] => search.getAll(key);
  return {
    source: of("source"),
    type: of("type"),
    collection: of("collection"),
    classification: of("classification"),
    term: of("term"),
    label: of("label"),
    contact: of("contact"),
  };
}

type Chosen = ReturnType<typeof choices>;
type Key = keyof Chosen;

export function SearchPage() {
  const page = usePageStyles();
  const [search, setSearch] = useSearchParams();
  const q = search.get("q") ?? "*";
  const offset = Number(search.get("offset") ?? 0) || 0;
  const chosen = choices(search);
  const query = useSearch({ q, offset, ...chosen });
  const set = (change: (next: URLSearchParams) => void) => {
    const next = new URLSearchParams(search);
    next.delete("offset");
    change(next);
    setSearch(next);
  };
  const toggle = (key: Key, value: string) =>
    set((next) => {
      next.delete(key);
      for (const one of toggled(chosen[key], value)) next.append(key, one);
    });
  const clear = () => setSearch(new URLSearchParams({ q }));
  const narrowed = Object.values(chosen).some((values) => values.length > 0);
  return (
    <div className={page.page}>
      <div className={page.spread}>
        <h1 className={page.title}>{messages.search.title(q)}</h1>
        {query.data && <Text className={page.quiet}>{messages.search.count(query.data.count)}</Text>}
      </div>
      <Ready query={query}>
        {(answer) => (
          <Results
            answer={answer}
            chosen={chosen}
            toggle={toggle}
            clear={narrowed ? clear : undefined}
            more={() => set((next) => next.set("offset", String(offset + PAGE)))}
            less={offset > 0 ? () => set((next) => next.set("offset", String(Math.max(0, offset - PAGE)))) : undefined}
          />
        )}
      </Ready>
    </div>
  );
}

interface ResultsProps {
  readonly answer: Answer;
  readonly chosen: Chosen;
  readonly toggle: (key: Key, value: string) => void;
  readonly clear: (() => void) | undefined;
  readonly more: () => void;
  readonly less: (() => void) | undefined;
}

function Results({ answer, chosen, toggle, clear, more, less }: ResultsProps) {
  const page = usePageStyles();
  const styles = useStyles();
  const navigate = useNavigate();
  const sources = answer.facets.find((facet) => facet.key === "source")?.values ?? [];
  const last = answer.offset + answer.hits.length;
  return (
    <>
      <div className={styles.pills} role="group" aria-label={messages.search.facets}>
        {sources.map((value) => (
          <ToggleButton
            key={value.value}
            size="small"
            shape="circular"
            checked={chosen.source.includes(value.value)}
            onClick={() => toggle("source", value.value)}
          >
            {`${value.label} ${number(value.count)}`}
          </ToggleButton>
        ))}
        {clear && (
          <Button size="small" appearance="subtle" onClick={clear}>
            {messages.search.clear}
          </Button>
        )}
      </div>
      <div className={styles.body}>
        <Facets answer={answer} chosen={chosen} toggle={toggle} />
        {answer.hits.length === 0 ? (
          <Empty
            icon={<SearchRegular fontSize={32} />}
            title={messages.search.none(answer.query)}
            next={messages.search.noneNext}
            action={<Button onClick={() => void navigate(links.browse())}>{messages.search.browse}</Button>}
          />
        ) : (
          <div>
            <ul className={styles.list}>
              {answer.hits.map((hit) => (
                <Result key={hit.guid} hit={hit} />
              ))}
            </ul>
            <div className={page.row}>
              {less && <Button onClick={less}>‹</Button>}
              {last < answer.count && <Button onClick={more}>{messages.more}</Button>}
            </div>
          </div>
        )}
      </div>
    </>
  );
}

function Facets({ answer, chosen, toggle }: Pick<ResultsProps, "answer" | "chosen" | "toggle">) {
  const page = usePageStyles();
  const styles = useStyles();
  return (
    <aside className={styles.facets} aria-label={messages.search.facets}>
      {answer.facets
        .filter((facet) => facet.key !== "source" && facet.values.length > 0)
        .map((facet) => (
          <fieldset key={facet.key} className={styles.group}>
            <legend className={styles.legend}>{facet.label}</legend>
            {facet.values.map((value) => (
              <span key={value.value} className={styles.facet}>
                <Checkbox
                  label={value.label}
                  checked={chosen[facet.key as Key].includes(value.value)}
                  onChange={() => toggle(facet.key as Key, value.value)}
                />
                <span className={mergeClasses(page.small, page.number)}>{number(value.count)}</span>
              </span>
            ))}
          </fieldset>
        ))}
    </aside>
  );
}

function Result({ hit }: { readonly hit: Hit }) {
  const page = usePageStyles();
  const styles = useStyles();
  return (
    <li className={mergeClasses(page.card, styles.card)}>
      <span className={styles.icon}>
        <FamilyIcon family={hit.family} />
      </span>
      <div className={styles.texts}>
        <NavLinkText to={links.asset(hit.guid)} className={styles.name}>
          <Marked segments={hit.nameSegments} />
        </NavLinkText>
        <span className={styles.path}>
          <Marked segments={hit.pathSegments} />
        </span>
        {hit.description && <Text>{hit.description}</Text>}
        {hit.columns.length > 0 && (
          <span className={page.small}>
            {messages.search.columns}: {hit.columns.join(", ")}
          </span>
        )}
        <span className={styles.meta}>
          <span>{hit.typeLabel}</span>
          <span>{hit.collection}</span>
          {[...hit.classifications, ...hit.terms, ...hit.labels].map((said) => (
            <Tag key={said} size="extra-small" appearance="outline">
              {said}
            </Tag>
          ))}
          {hit.updatedAt && <span>{messages.search.updated(ago(hit.updatedAt))}</span>}
          {hit.upstream + hit.downstream > 0 && <span>{messages.search.around(hit.upstream, hit.downstream)}</span>}
        </span>
      </div>
    </li>
  );
}
