// Type check and tests, with the Node.js that runs this script: none needs to be on the PATH.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, delimiter } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`;

function run(...arguments_) {
  const { status } = spawnSync(process.execPath, arguments_, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH },
  });
  if (status !== 0) process.exit(status ?? 1);
}

// An installation of the package leaves out what only tests need.
const ready = ["typescript", "vitest", "openapi-typescript"].every((name) =>
  existsSync(`${root}/node_modules/${name}`),
);
if (!ready) run(process.env.npm_execpath, "ci", "--no-audit", "--no-fund", "--loglevel=error");
run("node_modules/typescript/bin/tsc", "--noEmit");
run("node_modules/vitest/vitest.mjs", "run", "--reporter=dot");
