#!/usr/bin/env node
"use strict";
// Starts the program of this machine's package. Nothing is downloaded, and nothing ran when the package was installed.

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const { optionalDependencies } = require("../package.json");

function program() {
  const name = Object.keys(optionalDependencies).find((name) => name.endsWith(`-${process.platform}-${process.arch}`));
  if (name === undefined) {
    throw new Error(`there is no lobu for ${process.platform} on ${process.arch}`);
  }
  try {
    return require.resolve(`${name}/lobu`);
  } catch {
    throw new Error(`the package ${name} is missing; install again without --omit=optional`);
  }
}

function main() {
  let path;
  try {
    path = program();
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
    return;
  }
  const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
  child.on("error", (error) => {
    console.error(`error: ${path} can't be started: ${error.code}`);
    process.exitCode = 1;
  });
  // A terminal sends Ctrl-C to the program too, and a second one would mean to stop at once.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

main();
