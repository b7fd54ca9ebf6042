import { assert, describe, it } from "@effect/vitest"
import { wrongFrontMatter } from "../../../src/domain/memory/FrontMatter.js"

const skill = (yaml: string): string => `---\n${yaml}\n---\n\n# Tides\n`

const good: ReadonlyArray<string> = [
  skill("name: read-tides\ndescription: How to read the tide tables."),
  skill("description: 'Read: the tables'\nname: 'read-tides'\nmetadata:\n  version: 2"),
  skill("name: read-tides\ndescription: >\n  How to read\n  the tide tables."),
  "---\r\nname: read-tides\r\ndescription: How to.\r\n---\r\nbody",
  "---\nname: read-tides\ndescription: How to.\n---"
]

const bad: ReadonlyArray<readonly [string, RegExp, string]> = [
  ["no front matter", /does not begin with front matter/, "# Tides\n"],
  ["front matter further down", /does not begin with front matter/, `\n${skill("name: read-tides\ndescription: x")}`],
  ["no end", /does not begin with front matter/, "---\nname: read-tides\ndescription: x\n"],
  ["an empty file", /does not begin with front matter/, ""],
  ["no YAML", /not valid YAML/, skill("name: [read-tides\ndescription: x")],
  ["a value with a colon", /not valid YAML/, skill("name: read-tides\ndescription: Read: the tables")],
  ["no name", /needs a name/, skill("description: x")],
  ["no description", /needs a name/, skill("name: read-tides")],
  ["a blank description", /needs a name/, skill("name: read-tides\ndescription: '  '")],
  ["a description over 1,024 characters", /needs a name/, skill(`name: read-tides\ndescription: ${"x".repeat(1_025)}`)],
  ["a name with other characters", /needs a name/, skill("name: Read_Tides\ndescription: x")],
  ["a name that begins with a hyphen", /needs a name/, skill("name: '-read-tides'\ndescription: x")],
  ["a name over 64 characters", /needs a name/, skill(`name: ${"x".repeat(65)}\ndescription: x`)],
  ["a name that is no string", /needs a name/, skill("name: 3\ndescription: x")],
  ["a list", /needs a name/, skill("- name: read-tides")],
  ["another folder's name", /its name is other, its folder read-tides/, skill("name: other\ndescription: x")]
]

describe("the front matter of a skill", () => {
  for (const text of good) {
    it(`front matter is accepted: ${JSON.stringify(text.slice(0, 50))}`, () => {
      assert.isUndefined(wrongFrontMatter(text, "read-tides"))
    })
  }

  for (const [name, message, text] of bad) {
    it(`front matter is rejected: ${name}`, () => {
      assert.match(wrongFrontMatter(text, "read-tides") ?? "nothing is wrong", message)
    })
  }
})
