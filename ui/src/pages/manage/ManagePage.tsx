// Manage: a card per workspace with its way to the account, why it is broken, and how to mend it; below, where new
// assets stand.
import { Button, makeStyles, mergeClasses, MessageBar, MessageBarBody, Text, tokens } from "@fluentui/react-components";
import { PlugConnectedRegular } from "@fluentui/react-icons";
import { ApiError } from "../../client/api";
import { useConnections, useFixConnection } from "../../client/queries";
import type { Connection } from "../../client/types";
import { messages, number } from "../../messages";
import { Copyable } from "../../parts/Copyable";
import { FamilyIcon } from "../../parts/FamilyIcon";
import { Status } from "../../parts/Status";
import { Empty, Ready } from "../../parts/Waiting";
import { ago, exactly } from "../../time";
import { usePageStyles } from "../layout";
import { DefaultCollections } from "./DefaultCollections";

const useStyles = makeStyles({
  cards: {
    display: "grid",
    gap: tokens.spacingHorizontalL,
    gridTemplateColumns: "repeat(auto-fill, minmax(min(360px, 100%), 1fr))",
  },
  card: { display: "grid", gap: tokens.spacingVerticalM, gridTemplateColumns: "minmax(0, 1fr)", alignContent: "start" },
  facts: {
    display: "grid",
    gridTemplateColumns: "max-content minmax(0, 1fr)",
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    margin: 0,
  },
  term: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0, overflowWrap: "anywhere" },
  name: {
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
  },
});

export function ManagePage() {
  const page = usePageStyles();
  const styles = useStyles();
  const query = useConnections();
  return (
    <div className={page.page}>
      <h1 className={page.title}>{messages.manage.title}</h1>
      <Text className={page.quiet}>{messages.manage.intro}</Text>
      <Ready query={query}>
        {(answer) => (
          <>
            {answer.connections.length === 0 ? (
              <Empty
                icon={<PlugConnectedRegular fontSize={32} />}
                title={messages.manage.empty}
                next={messages.manage.emptyNext}
                command={answer.add.command}
              />
            ) : (
              <div className={styles.cards}>
                {answer.connections.map((connection) => (
                  <Card key={connection.workspace} connection={connection} />
                ))}
              </div>
            )}
            {(answer.connections.length > 0 || answer.places.length > 0) && (
              <DefaultCollections places={answer.places} />
            )}
            {answer.connections.length > 0 && (
              <section className={mergeClasses(page.card, styles.card)}>
                <h2 className={page.heading}>{messages.manage.add}</h2>
                <Text>{answer.add.label}</Text>
                <Copyable text={answer.add.command} boxed />
              </section>
            )}
          </>
        )}
      </Ready>
    </div>
  );
}

function Card({ connection }: { readonly connection: Connection }) {
  const page = usePageStyles();
  const styles = useStyles();
  const mend = useFixConnection();
  const { fix } = connection;
  const facts: readonly (readonly [string, string])[] = [
    [messages.manage.account, connection.account],
    [messages.manage.contents, messages.manage.pipelines(connection.pipelines)],
    [connection.kind === "synapse" ? messages.manage.synapse : messages.manage.factory, connection.place],
    [messages.manage.lastDelivery, connection.lastDeliveryAt ? ago(connection.lastDeliveryAt) : messages.manage.never],
    [messages.manage.waiting, number(connection.pending)],
  ];
  return (
    <section className={mergeClasses(page.card, styles.card)} aria-label={connection.workspace}>
      <div className={page.spread}>
        <h2 className={styles.name}>
          <FamilyIcon family="workspace" />
          {connection.workspace}
        </h2>
        <Status status={connection.status} />
      </div>
      <dl className={styles.facts} title={exactly(connection.lastDeliveryAt)}>
        {facts.map(([term, value]) => [
          <dt key={term} className={styles.term}>
            {term}
          </dt>,
          <dd key={`${term}v`} className={styles.value}>
            {value}
          </dd>,
        ])}
      </dl>
      {connection.reason && (
        <MessageBar intent={connection.status === "Connected" ? "info" : "warning"} layout="multiline">
          <MessageBarBody>{connection.reason}</MessageBarBody>
        </MessageBar>
      )}
      {fix && (
        <>
          <Text>{fix.label}</Text>
          {fix.action && (
            <Button appearance="primary" disabled={mend.isPending} onClick={() => mend.mutate(connection.workspace)}>
              {messages.manage.fix}
            </Button>
          )}
          {mend.error instanceof ApiError && (
            <MessageBar intent="error" layout="multiline">
              <MessageBarBody>{`${mend.error.message}. ${mend.error.cure}`}</MessageBarBody>
            </MessageBar>
          )}
          <Text className={page.small}>{messages.manage.runThis}</Text>
          <Copyable text={fix.command} boxed />
        </>
      )}
    </section>
  );
}
