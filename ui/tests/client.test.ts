import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { generate } from "../scripts/client.mjs";

test("the client is what the server's document makes: run `npm run client` if not", async () => {
  const kept = await readFile(new URL("../src/client/schema.ts", import.meta.url), "utf8");
  expect(kept).toBe(await generate());
});
