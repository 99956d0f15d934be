// Lineage drawn by hand: which asset this one produces or consumes, column by column; and what was drawn before.
import {
  Button,
  Combobox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Option,
  Select,
  Text,
  tokens,
} from "@fluentui/react-components";
import { AddRegular, DeleteRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { ApiError } from "../../client/api";
import { useDraw, useDrawn, useErase, useSchema, useSuggest } from "../../client/queries";
import type { Asset, ColumnPair, DrawnEdge } from "../../client/types";
import { messages } from "../../messages";
import { Ready } from "../../parts/Waiting";
import { usePageStyles } from "../layout";

const words = messages.asset.draw;

const useStyles = makeStyles({
  form: { display: "grid", gap: tokens.spacingVerticalM, gridTemplateColumns: "minmax(0, 1fr)" },
  list: { listStyleType: "none", margin: 0, padding: 0, display: "grid", gap: tokens.spacingVerticalS },
  edge: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalS, minWidth: 0 },
  text: { flexGrow: 1, minWidth: 0, overflowWrap: "anywhere" },
  pair: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) auto minmax(0, 1fr) auto",
    gap: tokens.spacingHorizontalS,
    alignItems: "center",
  },
});

type Way = DrawnEdge["way"];

export default function DrawDialog({ asset, onClose }: { readonly asset: Asset; readonly onClose: () => void }) {
  const styles = useStyles();
  const page = usePageStyles();
  const [way, setWay] = useState<Way>("produces");
  const [other, setOther] = useState<{ guid: string; name: string } | null>(null);
  const [pairs, setPairs] = useState<readonly ColumnPair[]>([]);
  const drawn = useDrawn(asset.guid);
  const draw = useDraw(asset.guid);
  const erase = useErase(asset.guid);
  const error = draw.error ?? erase.error;
  const save = () => {
    if (!other) return;
    const [source, sink] = way === "produces" ? [asset.guid, other.guid] : [other.guid, asset.guid];
    const columns = pairs.filter((pair) => pair.source && pair.sink);
    draw.mutate({ source, sink, columns }, { onSuccess: onClose });
  };
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{words.title(asset.name)}</DialogTitle>
          <DialogContent className={styles.form}>
            {error && (
              <MessageBar intent="error" layout="multiline">
                <MessageBarBody>
                  {error.message}. {error instanceof ApiError && error.cure}
                </MessageBarBody>
              </MessageBar>
            )}
            <Field label={words.way}>
              <Select value={way} onChange={(_, data) => setWay(data.value === "consumes" ? "consumes" : "produces")}>
                <option value="produces">{words.produces}</option>
                <option value="consumes">{words.consumes}</option>
              </Select>
            </Field>
            <AssetField onChoose={setOther} except={asset.guid} />
            {other && (
              <Pairs
                source={way === "produces" ? asset.guid : other.guid}
                sink={way === "produces" ? other.guid : asset.guid}
                pairs={pairs}
                onChange={setPairs}
              />
            )}
            <Ready query={drawn}>
              {(answer) =>
                answer.edges.length > 0 && (
                  <section>
                    <h3 className={page.heading}>{words.before}</h3>
                    <ul className={styles.list}>
                      {answer.edges.map((edge) => (
                        <li key={edge.id} className={styles.edge}>
                          <Text className={styles.text}>
                            {words.edge(edge.way, edge.other.name, edge.columns.length)}
                          </Text>
                          <Button
                            size="small"
                            icon={<DeleteRegular />}
                            aria-label={words.erase(edge.other.name)}
                            disabled={erase.isPending}
                            onClick={() => erase.mutate(edge.id)}
                          />
                        </li>
                      ))}
                    </ul>
                  </section>
                )
              }
            </Ready>
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{messages.close}</Button>
            <Button appearance="primary" disabled={!other || draw.isPending} onClick={save}>
              {words.save}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

interface AssetFieldProps {
  readonly except: string;
  readonly onChoose: (asset: { guid: string; name: string } | null) => void;
}

function AssetField({ except, onChoose }: AssetFieldProps) {
  const [typed, setTyped] = useState("");
  const found = useSuggest(typed);
  const hits = (found.data?.assets ?? []).filter((hit) => hit.guid !== except);
  return (
    <Field label={words.other} hint={words.otherHint}>
      <Combobox
        freeform
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          onChoose(null);
        }}
        onOptionSelect={(_, data) => {
          const hit = hits.find((one) => one.guid === data.optionValue);
          setTyped(hit?.name ?? "");
          onChoose(hit ? { guid: hit.guid, name: hit.name } : null);
        }}
      >
        {hits.map((hit) => (
          <Option key={hit.guid} value={hit.guid} text={hit.name}>
            {`${hit.name} · ${hit.typeLabel}`}
          </Option>
        ))}
      </Combobox>
    </Field>
  );
}

interface PairsProps {
  readonly source: string;
  readonly sink: string;
  readonly pairs: readonly ColumnPair[];
  readonly onChange: (pairs: readonly ColumnPair[]) => void;
}

function Pairs({ source, sink, pairs, onChange }: PairsProps) {
  const styles = useStyles();
  const from = useSchema(source);
  const to = useSchema(sink);
  const set = (at: number, part: Partial<ColumnPair>) =>
    onChange(pairs.map((pair, number) => (number === at ? { ...pair, ...part } : pair)));
  const choose = (label: string, value: string, names: readonly string[], pick: (name: string) => void) => (
    <Select aria-label={label} size="small" value={value} onChange={(_, data) => pick(data.value)}>
      <option value="">{words.column}</option>
      {names.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </Select>
  );
  const names = (query: typeof from) => (query.data?.columns ?? []).map((column) => column.name);
  return (
    <Field label={words.columns}>
      <div className={styles.form}>
        {pairs.map((pair, at) => (
          <div key={at} className={styles.pair}>
            {choose(words.from, pair.source, names(from), (name) => set(at, { source: name }))}
            <span aria-hidden>→</span>
            {choose(words.to, pair.sink, names(to), (name) => set(at, { sink: name }))}
            <Button
              size="small"
              icon={<DeleteRegular />}
              aria-label={words.less}
              onClick={() => onChange(pairs.filter((_, number) => number !== at))}
            />
          </div>
        ))}
        <div>
          <Button size="small" icon={<AddRegular />} onClick={() => onChange([...pairs, { source: "", sink: "" }])}>
            {words.more}
          </Button>
        </div>
      </div>
    </Field>
  );
}
