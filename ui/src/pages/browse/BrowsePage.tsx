// Browse by source type: tiles, then level by level down to what has no children.
import { Link, mergeClasses, Text } from "@fluentui/react-components";
import { FolderOpenRegular } from "@fluentui/react-icons";
import { useHref, useNavigate, useSearchParams } from "react-router";
import { useBrowse } from "../../client/queries";
import type { BrowseItem, BrowsePage as Answer } from "../../client/types";
import { links } from "../../links";
import { messages, number } from "../../messages";
import { Crumbs } from "../../parts/Crumbs";
import { FamilyIcon } from "../../parts/FamilyIcon";
import { MiddleEllipsis } from "../../parts/MiddleEllipsis";
import { NavLinkText } from "../../parts/NavLinkText";
import { Rows } from "../../parts/Rows";
import { Empty, Ready } from "../../parts/Waiting";
import { usePageStyles } from "../layout";

export function BrowsePage() {
  const page = usePageStyles();
  const [search] = useSearchParams();
  const path = search.get("path") ?? "/";
  const query = useBrowse(path);
  return (
    <div className={page.page}>
      <Ready query={query}>
        {(answer) => (answer.path === "/" ? <Sources answer={answer} /> : <Level answer={answer} />)}
      </Ready>
    </div>
  );
}

function Sources({ answer }: { readonly answer: Answer }) {
  const page = usePageStyles();
  return (
    <>
      <h1 className={page.title}>{messages.browse.title}</h1>
      <h2 className={page.heading}>{messages.browse.bySource}</h2>
      {answer.items.length === 0 ? (
        <Empty title={messages.home.empty} next={messages.home.emptyNext} command={messages.home.emptyCommand} />
      ) : (
        <div className={page.tiles}>
          {answer.items.map((item) => (
            <SourceTile key={item.name} item={item} />
          ))}
        </div>
      )}
    </>
  );
}

function SourceTile({ item }: { readonly item: BrowseItem }) {
  const page = usePageStyles();
  const navigate = useNavigate();
  const to = links.browse(item.path ?? "/");
  return (
    <Link
      href={useHref(to)}
      className={page.tile}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey) return;
        event.preventDefault();
        void navigate(to);
      }}
    >
      <FamilyIcon family={item.family} />
      <span style={{ flexGrow: 1 }}>{item.name}</span>
      <Text weight="semibold">{number(item.children ?? 0)}</Text>
    </Link>
  );
}

function Level({ answer }: { readonly answer: Answer }) {
  const page = usePageStyles();
  const here = answer.crumbs[answer.crumbs.length - 1];
  const steps = [
    { name: messages.browse.title, to: links.browse() },
    ...answer.crumbs.map((crumb) => ({
      name: crumb.name,
      to: crumb === here ? null : links.browse(crumb.path ?? "/"),
    })),
  ];
  return (
    <>
      <Crumbs steps={steps} label={messages.browse.title} />
      <div className={page.spread}>
        <h1 className={mergeClasses(page.title, page.row)}>
          <FamilyIcon family={here?.family ?? "dataset"} />
          {here?.name}
        </h1>
        {here?.guid && <NavLinkText to={links.asset(here.guid)}>{messages.browse.asset}</NavLinkText>}
      </div>
      <div className={mergeClasses(page.card, page.flush)}>
        {answer.items.length === 0 ? (
          <Empty
            icon={<FolderOpenRegular fontSize={32} />}
            title={messages.browse.empty}
            next={messages.browse.emptyNext}
          />
        ) : (
          <Items items={answer.items} caption={here?.name ?? messages.browse.title} />
        )}
      </div>
    </>
  );
}

function Items({ items, caption }: { readonly items: readonly BrowseItem[]; readonly caption: string }) {
  const page = usePageStyles();
  return (
    <Rows
      caption={caption}
      rows={items}
      id={(item) => item.guid ?? item.name}
      columns={[
        {
          key: "name",
          head: messages.browse.name,
          cell: (item) => (
            <span className={page.line}>
              <FamilyIcon family={item.family} />
              <NavLinkText to={item.path ? links.browse(item.path) : links.asset(item.guid ?? "")}>
                {item.name}
              </NavLinkText>
            </span>
          ),
        },
        {
          key: "type",
          head: messages.browse.type,
          cell: (item) => <span className={page.line}>{item.typeLabel}</span>,
          spare: true,
        },
        {
          key: "holds",
          head: messages.browse.holds,
          cell: (item) => (item.children ? messages.browse.inside(item.children) : messages.unknown),
          end: true,
        },
        {
          key: "path",
          head: messages.browse.path,
          cell: (item) => <MiddleEllipsis text={item.detail} />,
          clip: true,
          spare: true,
        },
        {
          key: "asset",
          head: messages.browse.asset,
          cell: (item) =>
            item.guid && (
              <NavLinkText to={links.asset(item.guid)} label={messages.browse.assetOf(item.name)} className={page.line}>
                {messages.browse.asset}
              </NavLinkText>
            ),
          spare: true,
        },
      ]}
    />
  );
}
