// Properties: every attribute that has a value.
import { mergeClasses } from "@fluentui/react-components";
import { messages } from "../../messages";
import { Copyable } from "../../parts/Copyable";
import { Rows } from "../../parts/Rows";
import { usePageStyles } from "../layout";
import { useAssetOfPage } from "./AssetPage";

export function PropertiesTab() {
  const page = usePageStyles();
  const asset = useAssetOfPage();
  return (
    <div className={page.page}>
      <div className={mergeClasses(page.card, page.flush)}>
        <Rows
          caption={messages.asset.tabs.properties}
          rows={[{ name: "typeName", value: asset.typeName }, { name: "guid", value: asset.guid }, ...asset.properties]}
          id={(property) => property.name}
          columns={[
            { key: "name", head: messages.asset.property, cell: (property) => property.name },
            { key: "value", head: messages.asset.value, cell: (property) => <Copyable text={property.value} wrap /> },
          ]}
        />
      </div>
    </div>
  );
}
