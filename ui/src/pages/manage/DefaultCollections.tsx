// Where the new assets of each workspace stand, and what to do to have them stand elsewhere.
import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { FolderRegular } from "@fluentui/react-icons";
import type { Place } from "../../client/types";
import { links } from "../../links";
import { messages } from "../../messages";
import { FamilyIcon } from "../../parts/FamilyIcon";
import { NavLinkText } from "../../parts/NavLinkText";
import { Rows, type Column } from "../../parts/Rows";
import { Empty } from "../../parts/Waiting";
import { usePageStyles } from "../layout";

const useStyles = makeStyles({
  section: { display: "grid", gap: tokens.spacingVerticalM, gridTemplateColumns: "minmax(0, 1fr)" },
  head: { display: "grid", gap: tokens.spacingVerticalXXS },
  name: { overflowWrap: "anywhere" },
});

export function DefaultCollections({ places }: { readonly places: readonly Place[] }) {
  const page = usePageStyles();
  const styles = useStyles();
  return (
    <section className={styles.section} aria-labelledby="places">
      <div className={styles.head}>
        <h2 id="places" className={page.heading}>
          {messages.manage.places}
        </h2>
        <Text className={page.quiet}>{messages.manage.placesIntro}</Text>
      </div>
      <div className={mergeClasses(page.card, page.flush)}>
        {places.every((place) => place.isDefault) ? (
          <Empty
            icon={<FolderRegular fontSize={32} />}
            title={messages.manage.noPlaces}
            next={messages.manage.noPlacesNext}
            command={messages.manage.place}
          />
        ) : (
          <Rows
            caption={messages.manage.places}
            columns={COLUMNS}
            rows={places}
            id={(place) => `${place.kind} ${place.name}`}
          />
        )}
      </div>
    </section>
  );
}

const COLUMNS: readonly Column<Place>[] = [
  { key: "maker", head: messages.manage.maker, cell: (place) => <Maker place={place} /> },
  { key: "collection", head: messages.manage.collection, cell: (place) => <Collection place={place} /> },
  { key: "name", head: messages.manage.name, cell: (place) => <code>{place.collection}</code>, spare: true },
];

function Maker({ place }: { readonly place: Place }) {
  const page = usePageStyles();
  const styles = useStyles();
  const kind = messages.manage.kinds[place.kind];
  return (
    <span className={page.row}>
      {place.kind === "workspace" && <FamilyIcon family="workspace" />}
      <span className={styles.name}>{place.name}</span>
      {kind && <span className={page.small}>{kind}</span>}
    </span>
  );
}

function Collection({ place }: { readonly place: Place }) {
  const page = usePageStyles();
  const styles = useStyles();
  return (
    <span className={page.row}>
      {place.isReadable ? (
        <NavLinkText
          to={links.search("*", { collection: place.collection })}
          className={styles.name}
          label={messages.manage.assetsIn(place.label)}
        >
          {place.label}
        </NavLinkText>
      ) : (
        <span className={styles.name}>{place.label}</span>
      )}
      {place.isDefault && <span className={page.small}>{messages.manage.ofRoot}</span>}
    </span>
  );
}
