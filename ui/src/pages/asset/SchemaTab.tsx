// Schema: columns with their types, and for each the way to its lineage.
import { Input, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { FilterRegular, FlowRegular, TableRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useSchema } from "../../client/queries";
import type { SchemaColumn } from "../../client/types";
import { links } from "../../links";
import { messages } from "../../messages";
import { NavLinkText } from "../../parts/NavLinkText";
import { Rows } from "../../parts/Rows";
import { Empty, Ready } from "../../parts/Waiting";
import { usePageStyles } from "../layout";
import { useAssetOfPage } from "./AssetPage";

const useStyles = makeStyles({
  filter: { width: "min(320px, 100%)" },
  type: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  link: { display: "inline-flex", alignItems: "center", gap: tokens.spacingHorizontalXS },
});

export function SchemaTab() {
  const page = usePageStyles();
  const styles = useStyles();
  const asset = useAssetOfPage();
  const schema = useSchema(asset.guid);
  const [text, setText] = useState("");
  return (
    <div className={page.page}>
      <Ready query={schema}>
        {({ columns }) =>
          columns.length === 0 ? (
            <Empty
              icon={<TableRegular fontSize={32} />}
              title={messages.asset.noSchema}
              next={messages.asset.noSchemaNext}
            />
          ) : (
            <>
              <div className={page.spread}>
                <Input
                  className={styles.filter}
                  contentBefore={<FilterRegular aria-hidden />}
                  placeholder={messages.asset.filterColumns}
                  aria-label={messages.asset.filterColumns}
                  value={text}
                  onChange={(_, data) => setText(data.value)}
                />
                <Text className={page.quiet}>{messages.lineage.columnCount(columns.length)}</Text>
              </div>
              <Columns
                guid={asset.guid}
                columns={columns.filter((column) => column.name.toLowerCase().includes(text.toLowerCase()))}
              />
            </>
          )
        }
      </Ready>
    </div>
  );
}

function Columns({ guid, columns }: { readonly guid: string; readonly columns: readonly SchemaColumn[] }) {
  const page = usePageStyles();
  const styles = useStyles();
  if (columns.length === 0) return <Text className={page.quiet}>{messages.lineage.noColumnMatches}</Text>;
  return (
    <div className={mergeClasses(page.card, page.flush)}>
      <Rows
        caption={messages.asset.tabs.schema}
        rows={columns}
        id={(column) => column.name}
        columns={[
          { key: "name", head: messages.asset.column, cell: (column) => <Text weight="semibold">{column.name}</Text> },
          {
            key: "type",
            head: messages.asset.columnType,
            cell: (column) => <span className={styles.type}>{column.type}</span>,
          },
          { key: "description", head: messages.asset.description, cell: (column) => column.description, spare: true },
          {
            key: "lineage",
            head: messages.asset.columnLineage,
            cell: (column) => column.upstream + column.downstream > 0 && <ToLineage guid={guid} column={column} />,
          },
        ]}
      />
    </div>
  );
}

function ToLineage({ guid, column }: { readonly guid: string; readonly column: SchemaColumn }) {
  const styles = useStyles();
  const ways = [
    column.upstream > 0 && messages.asset.columnUp(column.upstream),
    column.downstream > 0 && messages.asset.columnDown(column.downstream),
  ];
  const text = ways.filter(Boolean).join(", ");
  return (
    <NavLinkText
      to={links.column(guid, column.name)}
      label={messages.asset.showColumn(column.name, text)}
      className={styles.link}
    >
      <FlowRegular aria-hidden />
      {text}
    </NavLinkText>
  );
}
