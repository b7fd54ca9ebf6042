// Packs the built package, installs it into a copy of the example host in a temporary folder, type-checks the host
// against the published types, and starts it twice: the second session must begin with the memory of the first. Then
// installs the package for a host whose ports are all its own, and checks that few packages come with it.
import { execFileSync } from "node:child_process"
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folder = mkdtempSync(join(tmpdir(), "rollout-memories-host-"))
const host = join(folder, "host")
const run = (command, args, cwd = host) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })
const npmIn = (cwd, ...args) => run("npm", [...args, "--prefer-offline", "--no-audit", "--no-fund"], cwd)
const npm = (...args) => npmIn(host, ...args)
const check = (holds, what) => {
  if (!holds) {
    throw new Error(`the example host: ${what}`)
  }
}

try {
  run("npm", ["run", "--silent", "build"], ".")
  cpSync("examples/host", host, { recursive: true })
  const [{ filename }] = JSON.parse(
    run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], ".")
  )
  renameSync(join(folder, filename), join(host, "rollout-memories.tgz"))
  npm("install")

  for (const name of [
    "effect",
    ...["platform", "platform-node", "sql", "sql-sqlite-node"].map((name) => `@effect/${name}`)
  ]) {
    const copies = new Set(run("npm", ["ls", name, "--all", "--parseable"]).trim().split("\n"))
    check(copies.size === 1, `there is more than one copy of ${name}: ${[...copies].join(", ")}`)
  }

  npm("run", "--silent", "build")
  const first = npm("run", "--silent", "start", "--", folder)
  const second = npm("run", "--silent", "start", "--", folder)
  check(first.startsWith("context of 0 characters\n"), `the first session knew something: ${first}`)
  for (const learned of ["npm test", "is not a function", "timetable.js", "before you say that you are done"]) {
    check(second.includes(learned), `the second session's context lacks ${JSON.stringify(learned)}: ${second}`)
  }
  console.log(second)

  const bareHost = join(folder, "bare-host")
  mkdirSync(bareHost)
  copyFileSync(join(host, "rollout-memories.tgz"), join(bareHost, "rollout-memories.tgz"))
  writeFileSync(join(bareHost, "package.json"), "{}")
  npmIn(bareHost, "install", "--omit=optional", "./rollout-memories.tgz")
  const packages = npmIn(bareHost, "ls", "--all", "--parseable", "--omit=optional").trim().split("\n")
  check(packages.length < 20, `a host with ports of its own gets ${packages.length} packages: ${packages.join(", ")}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
