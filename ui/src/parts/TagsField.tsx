// Several values of one kind, picked from what is known or, where that is allowed, typed anew.
import {
  Field,
  Tag,
  TagPicker,
  TagPickerControl,
  TagPickerGroup,
  TagPickerInput,
  TagPickerList,
  TagPickerOption,
} from "@fluentui/react-components";
import { useState } from "react";

export interface Choice {
  readonly value: string;
  readonly text: string;
}

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly chosen: readonly Choice[];
  readonly onChange: (chosen: readonly Choice[]) => void;
  /** What fits the typed text; asked anew as one types. */
  readonly choices: readonly Choice[];
  readonly onType: (text: string) => void;
  readonly nothing: string;
  /** Makes a choice of a typed text; without it only what is known can be picked. */
  readonly make?: (text: string) => Choice;
}

export function TagsField({ label, hint, chosen, onChange, choices, onType, nothing, make }: Props) {
  const [typed, setTyped] = useState("");
  const known = new Map([...choices, ...chosen].map((choice) => [choice.value, choice]));
  const open = choices.filter((choice) => !chosen.some((one) => one.value === choice.value));
  const fresh =
    make && typed.trim() && !open.some((choice) => choice.text === typed.trim()) ? make(typed.trim()) : null;
  const offered = fresh ? [fresh, ...open] : open;
  const type = (text: string) => {
    setTyped(text);
    onType(text);
  };
  const pick = (values: readonly string[]) => {
    const found = values.map((value) => known.get(value) ?? (fresh?.value === value ? fresh : null));
    onChange(found.filter((choice): choice is Choice => choice !== null));
    type("");
  };
  return (
    <Field label={label} hint={hint}>
      <TagPicker
        selectedOptions={chosen.map((choice) => choice.value)}
        onOptionSelect={(_, data) => data.value !== NONE && pick(data.selectedOptions)}
        noPopover={false}
      >
        <TagPickerControl>
          <TagPickerGroup aria-label={label}>
            {chosen.map((choice) => (
              <Tag key={choice.value} value={choice.value} size="small" shape="rounded">
                {choice.text}
              </Tag>
            ))}
          </TagPickerGroup>
          <TagPickerInput aria-label={label} value={typed} onChange={(event) => type(event.target.value)} />
        </TagPickerControl>
        <TagPickerList>
          {offered.length === 0 ? (
            <TagPickerOption value={NONE}>{nothing}</TagPickerOption>
          ) : (
            offered.map((choice) => (
              <TagPickerOption key={choice.value} value={choice.value} text={choice.text}>
                {choice.text}
              </TagPickerOption>
            ))
          )}
        </TagPickerList>
      </TagPicker>
    </Field>
  );
}

const NONE = "\u0000none";
