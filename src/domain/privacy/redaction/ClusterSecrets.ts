import type { Finder, Span } from "./Span.js"

/*
 * Finds the content of Kubernetes Secrets, as `kubectl get secret` prints it in JSON or YAML, and in patches. Neither
 * the names nor the base64 values show that they are secret, so all values below `data` are replaced.
 */

const isSecret = /["']?kind["']?\s{0,9}:\s{0,9}["']?Secret(?:List)?\b/

const jsonBlock = /"(?:data|stringData)"\s{0,99}:\s{0,99}\{([^{}]{1,262144})\}/g
const jsonValue = /"[^"\n]{1,256}"\s{0,99}:\s{0,99}"((?:[^"\\]|\\.)+)"/g
const yamlBlock = /^([+-]?[ \t]{0,99})(?:data|stringData):[ \t]*\r?\n((?:\1[ \t]+\S[^\n]*(?:\n|$)){1,1000})/gm
const yamlValue = /^[+-]?[ \t]{1,99}(?:[\w.-]{1,256}:[ \t]+)?([^\s|>][^\n]{3,}?)\r?$/gm

const blocks = [
  [jsonBlock, 1, jsonValue],
  [yamlBlock, 2, yamlValue]
] as const

/** Finds the values of Kubernetes Secrets. */
export const findClusterSecrets: Finder = (text) => {
  if (!isSecret.test(text)) {
    return []
  }
  const spans: Array<Span> = []
  for (const [block, group, value] of blocks) {
    for (const match of text.matchAll(block)) {
      const inside = match[group] ?? ""
      const insideAt = match.index + match[0].lastIndexOf(inside)
      for (const { 0: whole, 1: found = "", index } of inside.matchAll(value)) {
        if (!found.startsWith("[REDACTED")) {
          const start = insideAt + index + whole.lastIndexOf(found)
          spans.push({ start, end: start + found.length, kind: "cluster-secret" })
        }
      }
    }
  }
  return spans
}
