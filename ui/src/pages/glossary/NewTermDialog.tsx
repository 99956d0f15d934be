// A new term: its name, what it means, and its glossary, which is made with the first term.
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Select,
  Textarea,
  tokens,
} from "@fluentui/react-components";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { ApiError } from "../../client/api";
import { useNewTerm } from "../../client/queries";
import type { GlossaryChoice } from "../../client/types";
import { links } from "../../links";
import { messages } from "../../messages";

const words = messages.glossary;

const useStyles = makeStyles({
  form: { display: "grid", gap: tokens.spacingVerticalM, gridTemplateColumns: "minmax(0, 1fr)" },
});

interface Props {
  readonly glossaries: readonly GlossaryChoice[];
  readonly chosen: string;
  readonly onClose: () => void;
}

export default function NewTermDialog({ glossaries, chosen, onClose }: Props) {
  const styles = useStyles();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [definition, setDefinition] = useState("");
  const [glossary, setGlossary] = useState(chosen || words.first);
  const create = useNewTerm();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name, definition, glossary }, { onSuccess: (term) => void navigate(links.term(term.guid)) });
  };
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{words.add}</DialogTitle>
            <DialogContent className={styles.form}>
              {create.error && (
                <MessageBar intent="error" layout="multiline">
                  <MessageBarBody>
                    {create.error.message}. {create.error instanceof ApiError && create.error.cure}
                  </MessageBarBody>
                </MessageBar>
              )}
              <Field label={words.term} required>
                <Input value={name} onChange={(_, data) => setName(data.value)} />
              </Field>
              <Field label={words.definition}>
                <Textarea value={definition} resize="vertical" onChange={(_, data) => setDefinition(data.value)} />
              </Field>
              <Field label={words.glossary}>
                {glossaries.length > 0 ? (
                  <Select value={glossary} onChange={(_, data) => setGlossary(data.value)}>
                    {glossaries.map((one) => (
                      <option key={one.guid} value={one.guid}>
                        {one.name}
                      </option>
                    ))}
                  </Select>
                ) : (
                  <Input value={glossary} onChange={(_, data) => setGlossary(data.value)} />
                )}
              </Field>
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{messages.cancel}</Button>
              <Button
                type="submit"
                appearance="primary"
                disabled={!name.trim() || !glossary.trim() || create.isPending}
              >
                {words.save}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
