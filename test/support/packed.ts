import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { dirname, join } from "node:path"

const root = join(import.meta.dirname, "../..")

/** A folder in which a package is installed as npm unpacks it, and how to remove it. */
export interface Installation {
  readonly folder: string
  readonly remove: () => void
}

const hasPackagesAbove = (folder: string): boolean =>
  existsSync(join(folder, "node_modules")) || (dirname(folder) !== folder && hasPackagesAbove(dirname(folder)))

/** A folder from which Node finds no package, however far up it looks. */
export const bareFolder = (): string => {
  const found = [tmpdir(), "/var/tmp", homedir()].find((folder) => existsSync(folder) && !hasPackagesAbove(folder))
  if (found === undefined) {
    throw new Error("every folder for temporary files is below a node_modules; set TMPDIR to another one")
  }
  return found
}

/** Unpacks the package, as it would be published, into the node_modules of a new folder below another one. */
export const installPacked = (parent: string): Installation => {
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, "rollout-memories-packed-"))
  const packed: ReadonlyArray<{ readonly filename: string }> = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"]
    })
  )
  const target = join(folder, "node_modules/rollout-memories")
  mkdirSync(target, { recursive: true })
  for (const { filename } of packed) {
    execFileSync("tar", ["-xzf", join(folder, filename), "-C", target, "--strip-components=1"])
    rmSync(join(folder, filename))
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

interface Manifest {
  readonly dependencies?: { readonly [name: string]: string }
  readonly peerDependencies?: { readonly [name: string]: string }
  readonly peerDependenciesMeta?: { readonly [name: string]: { readonly optional?: boolean } }
}

/**
 * Gives an unpacked package what npm installs for it with `--omit=optional`: its dependencies and its peers, and theirs, but
 * no optional ones. Returns their names.
 */
export const linkRequired = ({ folder }: Installation): ReadonlyArray<string> => {
  const names = new Set<string>()
  const visit = (packageFolder: string): void => {
    const manifest: Manifest = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"))
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest
    const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)
    for (const name of [...Object.keys(dependencies), ...peers]) {
      if (!names.has(name)) {
        names.add(name)
        const installed = join(root, "node_modules", name)
        const link = join(folder, "node_modules", name)
        mkdirSync(dirname(link), { recursive: true })
        symlinkSync(installed, link)
        visit(installed)
      }
    }
  }
  visit(join(folder, "node_modules/rollout-memories"))
  return [...names].sort()
}
