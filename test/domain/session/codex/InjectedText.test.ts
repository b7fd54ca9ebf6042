import { assert, describe, it } from "@effect/vitest"
import { environmentCwd, isInjected, withoutRequestPrefix } from "../../../../src/domain/session/codex/InjectedText.js"

const injected = [
  "# AGENTS.md instructions for /home/ada/projects/ferry\n\n<INSTRUCTIONS>\nuse tabs\n</INSTRUCTIONS>",
  "# AGENTS.md instructions\n\n<INSTRUCTIONS>\nuse tabs\n</INSTRUCTIONS>",
  '<codex_internal_context source="goal">\nContinue\n</codex_internal_context>',
  "<user_shell_command>\n<command>\nls\n</command>\n</user_shell_command>",
  "<user_instructions>\nuse tabs\n</user_instructions>",
  "<environment_context>\n  <cwd>/home/ada</cwd>\n</environment_context>",
  "<permissions instructions>\nFilesystem sandboxing…",
  "<skills_instructions>\n## Skills\n</skills_instructions>",
  "<skill>\n<name>tides</name>\n</skill>",
  "<memory>\nold lessons\n</memory>",
  "<memory_summary>\nold lessons\n</memory_summary>",
  "<turn_aborted>\nThe user interrupted the previous turn\n</turn_aborted>",
  "\n  <environment_context></environment_context>"
]

const typed = [
  "please sort the departures",
  "why is <environment_context> in my prompt?",
  "see # AGENTS.md instructions for /home/ada",
  "AGENTS.md says to use tabs",
  "# AGENTS.md instructions are out of date, mend them",
  "<b>bold</b> is not rendered",
  "# Plan\n\n1. sort them",
  "the skills do not load",
  ""
]

describe("text in user messages", () => {
  for (const text of injected) {
    it(`text is injected: ${JSON.stringify(text.trim().slice(0, 30))}`, () => {
      assert.isTrue(isInjected(text))
    })
  }

  for (const text of typed) {
    it(`text is typed: ${JSON.stringify(text.slice(0, 50))}`, () => {
      assert.isFalse(isInjected(text))
    })
  }
})

describe("an editor's prefix before a request", () => {
  it("an editor's prefix is cut off up to ## My request for Codex:", () => {
    assert.strictEqual(
      withoutRequestPrefix(
        "# Context from my IDE setup:\n\n## Open tabs:\n- a.ts\n\n## My request for Codex:\nsort them\n"
      ),
      "sort them"
    )
  })

  it("an editor's prefix ends at its heading with the request on the same line, or with CRLF", () => {
    assert.strictEqual(withoutRequestPrefix("## Open tabs:\n## My request for Codex: sort them"), "sort them")
    assert.strictEqual(withoutRequestPrefix("## Open tabs:\r\n## My request for Codex:\r\nsort them\r\n"), "sort them")
  })

  it("a request without an editor's prefix is only trimmed", () => {
    assert.strictEqual(withoutRequestPrefix("\n sort them\n\nplease "), "sort them\n\nplease")
    assert.strictEqual(
      withoutRequestPrefix("it says ## My request for Codex: why?"),
      "it says ## My request for Codex: why?"
    )
  })

  it("an editor's prefix without a request leaves an empty request", () => {
    assert.strictEqual(withoutRequestPrefix("## Open tabs:\n\n## My request for Codex:\n"), "")
  })
})

describe("the cwd of an environment block", () => {
  it("the cwd of an environment block is the text between <cwd> and </cwd>", () => {
    assert.strictEqual(
      environmentCwd(
        "<environment_context>\n  <cwd>/home/ada/my ferry</cwd>\n  <shell>zsh</shell>\n</environment_context>"
      ),
      "/home/ada/my ferry"
    )
  })

  it("the cwd is undefined in any other text, and when it is empty", () => {
    assert.isUndefined(environmentCwd("please cd to <cwd>/home/ada</cwd>"))
    assert.isUndefined(environmentCwd("<environment_context><cwd>  </cwd></environment_context>"))
    assert.isUndefined(environmentCwd("<environment_context></environment_context>"))
  })
})
