import { posix } from "node:path"

const withoutCode = (page: string): string => page.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "code")

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-")

const anchorsIn = (page: string): ReadonlySet<string> =>
  new Set([...page.replace(/^```.*?^```$/gms, "").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading)))

/**
 * Finds links to missing files or headings, each as `page: link`. Links to other hosts are not checked. `pages` maps
 * the path of each page to its text; `exists` tells whether a path of the repository exists.
 */
export const brokenLinks = (
  pages: ReadonlyMap<string, string>,
  exists: (path: string) => boolean
): ReadonlyArray<string> =>
  [...pages].flatMap(([path, text]) =>
    [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
      if (/^[a-z]+:/.test(link)) {
        return []
      }
      const [file = "", anchor] = link.split("#", 2)
      const target = file === "" ? path : posix.join(posix.dirname(path), file)
      const page = pages.get(target)
      const isThere =
        page === undefined
          ? exists(target) && anchor === undefined
          : anchor === undefined || anchorsIn(page).has(anchor)
      return isThere ? [] : [`${path}: ${link}`]
    })
  )
