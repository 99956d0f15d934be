// Sign-in: spends the one-time token of the printed address, or says how to get one.
import {
  Button,
  Card,
  Field,
  Input,
  makeStyles,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  Spinner,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { api, ApiError } from "../../client/api";
import { Logo } from "../../frame/Logo";
import { messages } from "../../messages";
import { Copyable } from "../../parts/Copyable";

const useStyles = makeStyles({
  root: {
    minHeight: "100dvh",
    display: "grid",
    placeItems: "center",
    padding: tokens.spacingHorizontalL,
    boxSizing: "border-box",
    backgroundColor: tokens.colorNeutralBackground2,
  },
  card: {
    width: "min(440px, 100%)",
    boxSizing: "border-box",
    padding: tokens.spacingHorizontalXXL,
    gap: tokens.spacingVerticalL,
  },
  head: { display: "flex", alignItems: "center", gap: tokens.spacingHorizontalM },
  form: { display: "grid", gap: tokens.spacingVerticalM },
  title: { margin: 0 },
});

export function SignInPage() {
  const styles = useStyles();
  const [search] = useSearchParams();
  const [token, setToken] = useState(search.get("token") ?? "");
  const [typed, setTyped] = useState("");
  const [missing, setMissing] = useState(false);
  const navigate = useNavigate();
  const client = useQueryClient();
  const attempt = useQuery({
    queryKey: ["signIn", token],
    queryFn: () => api.signIn(token),
    enabled: token !== "",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

  useEffect(() => {
    if (!attempt.data) return;
    client.setQueryData(["session"], attempt.data);
    const back = search.get("back");
    void navigate(back?.startsWith("/") && !back.startsWith("//") ? back : "/", { replace: true });
  }, [attempt.data, client, navigate, search]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(typed.trim() === "");
    setToken(typed.trim());
  };
  const error = attempt.error instanceof ApiError ? attempt.error : null;
  return (
    <main className={styles.root}>
      <Card className={styles.card}>
        <div className={styles.head}>
          <Logo size={36} />
          <Text as="h1" size={500} weight="semibold" className={styles.title}>
            {messages.signIn.title}
          </Text>
        </div>
        {attempt.isFetching ? (
          <Spinner label={messages.signIn.busy} />
        ) : (
          <>
            {error && (
              <MessageBar intent="error" layout="multiline" role="alert">
                <MessageBarBody>
                  <MessageBarTitle>{error.message}.</MessageBarTitle> {error.cure}
                </MessageBarBody>
              </MessageBar>
            )}
            <Text>{messages.signIn.how}</Text>
            <Copyable text={messages.signIn.command} boxed />
            <form className={styles.form} onSubmit={submit}>
              <Text>{messages.signIn.or}</Text>
              <Field label={messages.signIn.token} validationMessage={missing ? messages.signIn.empty : undefined}>
                <Input type="password" autoComplete="off" value={typed} onChange={(_, data) => setTyped(data.value)} />
              </Field>
              <Button type="submit" appearance="primary">
                {messages.signIn.submit}
              </Button>
            </form>
          </>
        )}
      </Card>
    </main>
  );
}
