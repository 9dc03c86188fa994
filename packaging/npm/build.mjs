// Makes the npm packages: the launcher, and one with the program for each kind of machine.
//
//     node packaging/npm/build.mjs OUT linux-x64=PATH [linux-arm64=PATH …]
//
// The names are placeholders, and every package is private: npm refuses to publish it. The launcher needs exactly the packages that
// are built with it, since a registry could hand out anything for another name.

import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const version = /^version = "(.+)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1];

const NAME = "unpublished-lobu";
const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

function write(out, directory, manifest, files) {
  const common = { version, license: "Apache-2.0", private: true };
  mkdirSync(join(out, directory), { recursive: true });
  writeFileSync(join(out, directory, "package.json"), `${JSON.stringify({ ...manifest, ...common }, null, 2)}\n`);
  for (const [name, from, mode] of [...files, ["LICENSE", join(root, "LICENSE"), 0o644]]) {
    mkdirSync(dirname(join(out, directory, name)), { recursive: true });
    copyFileSync(from, join(out, directory, name));
    chmodSync(join(out, directory, name), mode);
  }
}

function main([out, ...programs]) {
  if (out === undefined || programs.length === 0) {
    throw new Error("usage: node packaging/npm/build.mjs OUT PLATFORM=PATH…");
  }
  const optionalDependencies = {};
  for (const program of programs) {
    const [platform, path] = program.split(/=(.*)/s);
    if (!PLATFORMS.includes(platform)) {
      throw new Error(`unknown platform ${platform}: one of ${PLATFORMS.join(", ")}`);
    }
    optionalDependencies[`${NAME}-${platform}`] = version;
    const [os, cpu] = platform.split("-");
    const description = `The program of lobu for ${os} on ${cpu}`;
    write(out, platform, { name: `${NAME}-${platform}`, description, os: [os], cpu: [cpu], files: ["lobu"] }, [
      ["lobu", path, 0o755],
    ]);
  }
  const manifest = {
    name: NAME,
    description: "Apply a project's agents, platforms and memory schema to a Lobu organization",
    bin: { lobu: "bin/lobu.js" },
    files: ["bin/lobu.js"],
    engines: { node: ">=18" },
    optionalDependencies,
  };
  write(out, "lobu", manifest, [["bin/lobu.js", join(here, "lobu.js"), 0o755]]);
}

main(process.argv.slice(2));
