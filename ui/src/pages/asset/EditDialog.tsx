// The form that changes what people say of an asset. It sends what was changed, and nothing else.
import {
  Button,
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
  Spinner,
  Textarea,
  tokens,
} from "@fluentui/react-components";
import { useState } from "react";
import { ApiError, type AnnotationKind } from "../../client/api";
import { useAnnotate, useChoices } from "../../client/queries";
import type { Asset } from "../../client/types";
import { messages } from "../../messages";
import { type Choice, TagsField } from "../../parts/TagsField";

const words = messages.asset.annotations;

const useStyles = makeStyles({
  form: { display: "grid", gap: tokens.spacingVerticalM, gridTemplateColumns: "minmax(0, 1fr)" },
});

type Picked = Readonly<Record<Exclude<AnnotationKind, never>, readonly Choice[]>>;

const same = (text: string): Choice => ({ value: text, text });

function picked(asset: Asset): Picked {
  const said = asset.annotations;
  const people = (role: "Owner" | "Expert") =>
    said.contacts
      .filter((contact) => contact.role === role)
      .map((contact) => ({ value: contact.id, text: contact.name }));
  return {
    classification: said.classifications.filter((one) => !one.origin).map((one) => same(one.name)),
    term: said.terms.map((term) => ({ value: term.guid, text: term.name })),
    label: said.labels.map(same),
    owner: people("Owner"),
    expert: people("Expert"),
  };
}

const FIELDS: readonly { readonly kind: AnnotationKind; readonly free: boolean }[] = [
  { kind: "classification", free: false },
  { kind: "term", free: false },
  { kind: "label", free: true },
  { kind: "owner", free: true },
  { kind: "expert", free: true },
];

const values = (choices: readonly Choice[]) => choices.map((choice) => choice.value);

export default function EditDialog({ asset, onClose }: { readonly asset: Asset; readonly onClose: () => void }) {
  const styles = useStyles();
  const before = picked(asset);
  const [description, setDescription] = useState(asset.description);
  const [chosen, setChosen] = useState<Picked>(before);
  const annotate = useAnnotate(asset.guid);
  const changed = FIELDS.filter(({ kind }) => values(chosen[kind]).join("\n") !== values(before[kind]).join("\n"));
  const save = () =>
    annotate.mutate(
      {
        ...Object.fromEntries(changed.map(({ kind }) => [`${kind}s`, values(chosen[kind])])),
        ...(description === asset.description ? {} : { description }),
      },
      { onSuccess: onClose },
    );
  const nothing = changed.length === 0 && description === asset.description;
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{words.editOf(asset.name)}</DialogTitle>
          <DialogContent className={styles.form}>
            {annotate.error && (
              <MessageBar intent="error" layout="multiline">
                <MessageBarBody>
                  {annotate.error.message}. {annotate.error instanceof ApiError && annotate.error.cure}
                </MessageBarBody>
              </MessageBar>
            )}
            <Field label={messages.asset.description}>
              <Textarea value={description} resize="vertical" onChange={(_, data) => setDescription(data.value)} />
            </Field>
            {FIELDS.map(({ kind, free }) => (
              <Picker
                key={kind}
                kind={kind}
                free={free}
                chosen={chosen[kind]}
                onChange={(next) => setChosen({ ...chosen, [kind]: next })}
              />
            ))}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{messages.cancel}</Button>
            <Button appearance="primary" disabled={nothing || annotate.isPending} onClick={save}>
              {annotate.isPending ? <Spinner size="tiny" label={words.saving} /> : words.save}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

interface PickerProps {
  readonly kind: AnnotationKind;
  readonly free: boolean;
  readonly chosen: readonly Choice[];
  readonly onChange: (chosen: readonly Choice[]) => void;
}

function Picker({ kind, free, chosen, onChange }: PickerProps) {
  const [typed, setTyped] = useState("");
  const choices = useChoices(kind, typed);
  return (
    <TagsField
      label={words.fields[kind]}
      hint={words.hints[kind]}
      chosen={chosen}
      onChange={onChange}
      choices={choices.data?.choices ?? []}
      onType={setTyped}
      nothing={words.nothing[kind]}
      make={free ? same : undefined}
    />
  );
}
