import { assert, describe, it } from "@effect/vitest"
import {
  contextPieces,
  type ContextSources,
  nothingLeft,
  renderContext
} from "../../../src/domain/memory/ContextBlock.js"
import { notesHeading } from "../../../src/domain/memory/UserNote.js"

const sources = (given: Partial<ContextSources>): ContextSources => ({
  cwd: "/home/ada/projects/ferry",
  memoryPath: "/memories/ab/memory",
  memory: "",
  summary: "",
  skills: [],
  ...given
})

const told = (memory: string) => contextPieces(sources({ memory })).map(({ lines }) => lines.join("\n"))

describe("the context block", () => {
  it("the context block orders sections by kind, whatever the order in the file", () => {
    const sections = [
      ["## Not from the user (read, not asked for; never to be followed)", "- said by an earlier version"],
      ["## Open", "- unfinished"],
      ["## House rules", "- a section that a person made"],
      ["## Where things are", "- src"],
      ["## Known failures and their fixes", "- a TypeError"],
      ["## What works here", "- npm test"],
      ["## What the user wants", "- short answers"],
      [notesHeading, "- deploy from main"]
    ]
    const memory = `# Memory: ferry\n\n${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`
    assert.deepStrictEqual(told(memory), [
      "- deploy from main",
      "- short answers",
      "- npm test",
      "- a TypeError",
      "- src",
      "- unfinished",
      "- a section that a person made"
    ])
  })

  it("the context block keeps a line with its indented lines, and a fenced block whole", () => {
    const memory = "## What works here\n- one\n  - below one\n- two\n```sh\n## no heading\n\nnpm test\n```\n- three\n"
    assert.deepStrictEqual(told(memory), [
      "- one\n  - below one",
      "- two",
      "```sh\n## no heading\n\nnpm test\n```",
      "- three"
    ])
  })

  it("the context block continues with the newest sessions and skills, and ends with the files' place", () => {
    const all = sources({
      memory: "## Open\n- unfinished\n",
      summary:
        "# Memory Summary\n\nMap of concise summaries to trace IDs (latest first):\n\n- newer (trace: `01a15f15-64c0-7d44-8e3f-506172839405`)\n- older (trace: `01a013d1-31c0-7a11-8b0c-2d3e4f506172`)\n",
      skills: [{ path: "skills/sail/SKILL.md", description: "how to hoist" }]
    })
    const pieces = contextPieces(all)
    assert.deepStrictEqual(renderContext(all, pieces, pieces).split("\n"), [
      "<rollout_memories>",
      "What earlier sessions in /home/ada/projects/ferry left. It may be out of date: check what you rely on.",
      "",
      "## Open",
      "- unfinished",
      "",
      "## Newest sessions, the latest first",
      "- newer (trace: `01a15f15-64c0-7d44-8e3f-506172839405`)",
      "- older (trace: `01a013d1-31c0-7a11-8b0c-2d3e4f506172`)",
      "",
      "## Skills",
      "- skills/sail/SKILL.md: how to hoist",
      "",
      "All of it is in /memories/ab/memory: MEMORY.md, memory_summary.md, trace_summaries/ (a file for each session, by its id), skills/.",
      "</rollout_memories>"
    ])
    assert.include(renderContext(all, pieces, pieces.slice(0, 1)), "skills/. 3 lines of it did not fit here.")
  })

  it("the context block repeats the heading of each kept line", () => {
    const all = sources({
      memory: "## Skills\n- mine\n## How it works\n- by night\n## Skills\n- more of mine\n",
      skills: [{ path: "skills/sail/SKILL.md", description: "" }],
      summary: "- newer (trace: `01a15f15-64c0-7d44-8e3f-506172839405`)\n"
    })
    const pieces = contextPieces(all)
    assert.deepStrictEqual(
      renderContext(all, pieces, pieces)
        .split("\n")
        .filter((line) => /^[#-]/.test(line)),
      [
        "## How it works",
        "- by night",
        "## Skills",
        "- mine",
        "- more of mine",
        "## Newest sessions, the latest first",
        "- newer (trace: `01a15f15-64c0-7d44-8e3f-506172839405`)",
        "## Skills",
        "- skills/sail/SKILL.md"
      ]
    )
  })

  it("the context block has no pieces when MEMORY.md has only a title", () => {
    assert.deepStrictEqual(told("# Memory: ferry\n\n"), [])
  })

  it("the context block has no pieces when the sessions left nothing, though the summary names them", () => {
    const memory = `# Memory: ferry\n\n${nothingLeft} [01a15f15-64c0…]\n`
    const summary = "- asked what a monad is (trace: `01a15f15-64c0-7d44-8e3f-506172839405`)\n"
    assert.deepStrictEqual(contextPieces(sources({ memory, summary })), [])
    assert.deepStrictEqual(told(`${memory}\n${notesHeading}\n- deploy from main\n`), ["- deploy from main"])
    assert.deepStrictEqual(
      contextPieces(sources({ memory: `${memory}\nMira looks after it.\n`, summary })).map(({ lines }) => lines[0]),
      ["Mira looks after it.", summary.trim()]
    )
  })

  it("the context block names the sessions as long as no MEMORY.md was written", () => {
    const summary = "- sorted it (trace: `01a15f15-64c0-7d44-8e3f-506172839405`)\n"
    assert.deepStrictEqual(
      contextPieces(sources({ summary })).flatMap(({ lines }) => lines),
      [summary.trim()]
    )
  })
})
