/** Fills the generated parts of the documentation or, with `--check`, names the pages that are out of date. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { blockNames, fillBlocks } from "./Blocks.js"
import { runExample } from "./Example.js"
import { type Figures, figuresTable } from "../../bench/figures.js"
import { readRecord, recordText } from "../../bench/quality/record.js"
import { brokenLinks } from "./Links.js"
import { commandTexts, optionsTable, settingsTable } from "./Tables.js"

const figures: Figures = JSON.parse(readFileSync("bench/figures.json", "utf8"))
const example = runExample(join(import.meta.dirname, "main.mjs"))
const commands = commandTexts()

const fenced = (text: string, language = "markdown"): string => `\`\`\`${language}\n${text}\n\`\`\``

const texts = new Map([
  ["example memory", fenced(example.file(/^MEMORY\.md$/))],
  ["example report", fenced(example.report, "")],
  ["example trace", fenced(example.file(/^trace_summaries\/01a06239/))],
  ["example summary", fenced(example.file(/^memory_summary\.md$/))],
  ["example skill", fenced(example.file(/^skills\/.*\/SKILL\.md$/))],
  ["settings", settingsTable()],
  ["options", optionsTable()],
  ["figures", figuresTable(figures)],
  ["quality", recordText(readRecord())],
  ...[...commands].map(([name, text]): [string, string] => [`command ${name}`, text])
])

const paths = [
  ...readdirSync(".").filter((name) => name.endsWith(".md")),
  ...readdirSync("docs").map((name) => `docs/${name}`)
]
const pages = new Map(paths.map((path) => [path, readFileSync(path, "utf8")]))
const filled = new Map([...pages].map(([path, page]) => [path, fillBlocks(page, texts)]))

const used = new Set([...pages.values()].flatMap(blockNames))
const missing = [...texts.keys()].filter((name) => !used.has(name))
const broken = brokenLinks(filled, existsSync)
const stale = paths.filter((path) => pages.get(path) !== filled.get(path))
const isCheck = process.argv.includes("--check")

if (!isCheck) {
  stale.forEach((path) => writeFileSync(path, filled.get(path) ?? ""))
}
const complaints = [
  ...missing.map((name) => `no page has <!-- generated: ${name} -->; give it a place in docs/`),
  ...broken.map((link) => `${link} leads nowhere`),
  ...(isCheck ? stale.map((path) => `${path} is out of date; run npm run docs`) : [])
]
complaints.forEach((complaint) => process.stderr.write(`${complaint}\n`))
process.exitCode = complaints.length === 0 ? 0 : 1
