import { assert, describe, it } from "@effect/vitest"
import { extractFacts } from "../../../../src/domain/offline/writing/SessionFacts.js"
import { asked, cwd, edited, ended, eventsOf, type Part, ran } from "../MadeSession.js"

/** The files that a session edited, according to its facts. */
const editedIn = (...parts: ReadonlyArray<Part>): ReadonlyArray<string> =>
  extractFacts(cwd, { events: eventsOf(asked("do it"), ...parts, ended), finished: true })
    .flatMap(({ content }) => (content._tag === "File" ? [content.path] : []))
    .toSorted()

const byCommand = (command: string, workdir?: string): ReadonlyArray<string> => editedIn(ran(command, 0, "", workdir))

describe("files that a command edits", () => {
  it("a file in a temporary directory is no file of the project, however the command gets there", () => {
    const commands = [
      'proj=$(mktemp -d); cd "$proj" && cat > index.js <<EOF\nx\nEOF',
      "tmp=$(mktemp -d)\ncd $tmp\ngit init\necho hi > README.md",
      'cd "$(mktemp -d)" && touch a.js',
      "cd /tmp/try && touch a.js",
      "pushd /var/folders/x1 && sed -i s/a/b/ a.js",
      'd=$(mktemp -d) && cd "$d" && mkdir sub && cd sub && touch a.js',
      "cd /tmp && mkdir -p demo && cd demo && echo x > a.js",
      'd=$(mktemp -d) && cp a.js "$d/" && cd "$d" && sed -i s/a/b/ a.js && mv a.js b.js',
      "cd %TEMP% && echo x > a.js",
      "popd && touch a.js"
    ]
    for (const command of commands) {
      assert.deepStrictEqual(byCommand(command), [], command)
    }
    assert.deepStrictEqual(byCommand("touch a.js", "/tmp/try"), [])
  })

  it("a file has the path from the project, wherever in the project the command is", () => {
    const commands: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["touch a.js", ["a.js"]],
      ["cd web && touch a.js", ["web/a.js"]],
      ["cd web && cd src && touch a.js", ["web/src/a.js"]],
      ["cd web && cd .. && touch a.js", ["a.js"]],
      [`cd ${cwd} && touch a.js`, ["a.js"]],
      [`cd ${cwd}/web && touch a.js`, ["web/a.js"]],
      [`cd /tmp/try && touch a.js; cd ${cwd} && touch b.js`, ["b.js"]],
      ["pushd web && touch a.js && popd && touch b.js", ["b.js", "web/a.js"]],
      ["cd /tmp/try && touch a.js; cd - && touch b.js", ["b.js"]],
      ["cd $PWD && touch a.js", ["a.js"]],
      ['cd "$(git rev-parse --show-toplevel)" && touch a.js', ["a.js"]],
      ["touch a.js && cd /tmp/try && touch b.js", ["a.js"]]
    ]
    for (const [command, files] of commands) {
      assert.deepStrictEqual(byCommand(command), files, command)
    }
    assert.deepStrictEqual(byCommand("touch a.js", `${cwd}/web`), ["web/a.js"])
    assert.deepStrictEqual(byCommand("cd src && touch a.js", `${cwd}/web`), ["web/src/a.js"])
  })

  it("an edit stays if version control takes something back in a repository elsewhere", () => {
    const inTemporary = ran('d=$(mktemp -d); cd "$d" && git init && git reset --hard && git checkout -- .', 0, "")
    assert.deepStrictEqual(editedIn(edited("src/a.js"), inTemporary), ["src/a.js"])
    assert.deepStrictEqual(editedIn(edited("src/a.js"), ran("cd src && git checkout -- a.js", 0, "")), [])
    assert.deepStrictEqual(editedIn(edited("src/a.js"), ran("git checkout -- src/a.js", 0, "")), [])
  })
})
