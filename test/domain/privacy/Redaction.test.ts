import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { redact } from "../../../src/domain/privacy/Redaction.js"
import { cpuTimeOf } from "../../support/time.js"

const marker = "[REDACTED_SECRET]"
const twenty = "a1B2c3D4e5F6g7H8i9J0"

/** Returns the texts that are not redacted as expected, with their results. */
const misread = (cases: ReadonlyArray<readonly [string, string]>): ReadonlyArray<readonly [string, string]> =>
  cases.flatMap(([text, expected]) => (redact(text) === expected ? [] : [[text, redact(text)]]))

/** Returns the texts that do not stay as they are, with their results. */
const changed = (texts: ReadonlyArray<string>): ReadonlyArray<readonly [string, string]> =>
  misread(texts.map((text) => [text, text]))

describe("keys that begin with sk-", () => {
  it("an sk- key of 20 or more alphanumerics is redacted", () => {
    assert.deepStrictEqual(
      misread([
        [`key sk-${twenty} here`, `key ${marker} here`],
        [`sk-${twenty}${twenty}`, marker],
        [`(sk-${twenty})`, `(${marker})`],
        [`sk-${twenty} sk-${twenty}`, `${marker} ${marker}`]
      ]),
      []
    )
  })

  it("an sk- key that is shorter, or interrupted by another character, stays", () => {
    assert.deepStrictEqual(
      changed([`sk-${twenty.slice(1)}`, `sk-${twenty.slice(0, 10)}-${twenty.slice(10)}`, "ask-me-anything"]),
      []
    )
  })
})

describe("AWS access key ids", () => {
  it("AKIA and 16 capitals or digits between word boundaries are redacted", () => {
    assert.deepStrictEqual(
      misread([
        ["AKIAIOSFODNN7EXAMPLE", marker],
        ["id=AKIA0123456789ABCDEF;", `id=${marker};`]
      ]),
      []
    )
  })

  it("an AWS key id that is longer, shorter, in lower case or inside a word stays", () => {
    assert.deepStrictEqual(
      changed(["AKIAIOSFODNN7EXAMPLE1", "AKIAIOSFODNN7EXAMPL", "AKIAiosfodnn7example", "XAKIAIOSFODNN7EXAMPLE"]),
      []
    )
  })
})

describe("bearer tokens", () => {
  it("Bearer with 16 or more token characters is redacted in any case, and spelled Bearer", () => {
    assert.deepStrictEqual(
      misread([
        ["Authorization: Bearer abc.DEF_123-xyz.0", `Authorization: Bearer ${marker}`],
        ["bearer abcdefghijklmnop", `Bearer ${marker}`],
        ["BEARER \t\n abcdefghijklmnop", `Bearer ${marker}`],
        ["'Bearer abcdefghijklmnop'", `'Bearer ${marker}'`]
      ]),
      []
    )
  })

  it("a bearer token that is shorter, or inside a word, stays", () => {
    assert.deepStrictEqual(
      changed([
        "Bearer abcdefghijklmno",
        "Forbearer abcdefghijklmnop",
        "the bearer of good news",
        "Bearerabcdefghijklmnop"
      ]),
      []
    )
  })
})

describe("assignments to a secret's name", () => {
  it("an assignment keeps its name, its sign and the opening quote", () => {
    assert.deepStrictEqual(
      misread([
        ["api_key=hunter2x", `api_key=${marker}`],
        ["api-key: hunter2x", `api-key: ${marker}`],
        ["ApiKey = hunter2x", `ApiKey = ${marker}`],
        ["TOKEN\t:\thunter2x", `TOKEN\t:\t${marker}`],
        ['secret="hunter2x"', `secret="${marker}"`],
        ["password: 'hunter2x' done", `password: '${marker}' done`],
        ["GH-token=hunter2x", `GH-token=${marker}`],
        ["password=hunter2x!$%& next", `password=${marker} next`],
        ["password=hunter2x\nnext", `password=${marker}\nnext`]
      ]),
      []
    )
  })

  it("an assigned value of fewer than 8 characters stays", () => {
    assert.deepStrictEqual(
      changed(["password=hunter2", 'token: "short"', "secret =", "password: ", "the token is hunter2hunter2"]),
      []
    )
  })

  it("a random argument after the option of a secret is redacted from 8 characters on", () => {
    const shown = (value: string) => redact(JSON.stringify(["deploy", "--password", value]))
    assert.strictEqual(shown("a7Qx9dkE"), '["deploy","--password","[REDACTED_SECRET]"]')
    assert.strictEqual(shown("a7Qx9dk"), '["deploy","--password","a7Qx9dk"]')
  })

  it("an assignment whose name is only part of a word stays", () => {
    assert.deepStrictEqual(
      changed([
        "tokens=hunter2hunter2",
        "my_token=hunter2hunter2",
        "passwords: hunter2hunter2",
        "secretary=hunter2hunter2"
      ]),
      []
    )
  })

  it("an assigned call or path of names in a program stays", () => {
    assert.deepStrictEqual(
      changed([
        "token = usize::from(limit)",
        "password: readPassword(stdin)",
        "let secret = std::env::var;",
        "token = s.substring(start, end)",
        "const token = getEntry(i, isDeep)",
        "my_token=getenv(API_KEY)"
      ]),
      []
    )
  })

  it("a value with a bracket or `::`, and a weak password, is redacted beside a strong name", () => {
    assert.deepStrictEqual(
      misread([
        ["password=ab(cdef)12", `password=${marker}`],
        ["password: abc(def)", `password: ${marker}`],
        ["passwd=ab(cdef)12", `passwd=${marker}`],
        ["secret: a::bcdef12", `secret: ${marker}`],
        ['token: "a::b(c)d::e"', `token: "${marker}"`],
        ["credential: ab(cdef)12", `credential: ${marker}`],
        ["API key: ab::cdef12", `API key: ${marker}`],
        ["password=changeme1", `password=${marker}`],
        ["secret: aaaaaaaa", `secret: ${marker}`]
      ]),
      []
    )
  })

  it("a UUID is redacted beside a strong name, and stays beside another", () => {
    const uuid = "01950000-1111-7abc-8def-0123456789ab"
    assert.deepStrictEqual(
      misread([
        [`token: ${uuid}`, `token: ${marker}`],
        [`secret="${uuid.toUpperCase()}" next`, `secret="${marker}" next`],
        [`api_key = ${uuid}\nnext`, `api_key = ${marker}\nnext`],
        [`api key: ${uuid}`, `api key: ${marker}`],
        [`credential=${uuid}`, `credential=${marker}`],
        [`passwd: ${uuid}`, `passwd: ${marker}`],
        [`token: ${uuid}0`, `token: ${marker}`]
      ]),
      []
    )
    assert.deepStrictEqual(changed([`thread: ${uuid}`, `cache_key=${uuid}`, `my_token: ${uuid}`, `id=${uuid}`]), [])
  })

  it("an assignment after a harmless one is found", () => {
    assert.deepStrictEqual(misread([["token = f.of(x) password=hunter2x", `token = f.of(x) password=${marker}`]]), [])
  })
})

describe("passwords as one-letter options", () => {
  it("a password in a one-letter option is redacted for programs that take it so", () => {
    assert.deepStrictEqual(
      misread([
        ["docker login -u ada -p hunter2xyz ghcr.io", `docker login -u ada -p ${marker} ghcr.io`],
        ["helm registry login -p 'two words'", `helm registry login -p '${marker}'`],
        ["mysql -u ada -phunter2 shop", `mysql -u ada -p${marker} shop`],
        ["sshpass -p hunter2 ssh ada@shop", `sshpass -p ${marker} ssh ada@shop`],
        ["redis-cli -h db -a hunter2 ping", `redis-cli -h db -a ${marker} ping`],
        ["curl -s -u ada:hunter2 https://shop", `curl -s -u ada:${marker} https://shop`],
        ['{"cmd":"curl --user \\"ada:hunter2\\" x"}', `{"cmd":"curl --user \\"ada:${marker}\\" x"}`]
      ]),
      []
    )
  })

  it("a one-letter option stays for other programs, and before a variable, a port or nothing", () => {
    assert.deepStrictEqual(
      changed([
        "mkdir -p packages/core",
        "mysql -p shop",
        "docker login -u ada -p $TOKEN",
        "az login -p 808080",
        "curl -u $USER:$PASSWORD https://shop",
        "curl https://shop; mkdir -p packages",
        "docker run -p 8080:8080 shop"
      ]),
      []
    )
  })
})

describe("Kubernetes Secrets", () => {
  const json = JSON.stringify({ data: { url: "cG9zdGdyZXM6" }, kind: "Secret", metadata: { name: "db" } }, null, 2)

  it("the data of a Kubernetes Secret is redacted under any name, in JSON, nested JSON and YAML", () => {
    assert.deepStrictEqual(
      misread([
        [json, json.replace("cG9zdGdyZXM6", marker)],
        [JSON.stringify({ output: json }), JSON.stringify({ output: json.replace("cG9zdGdyZXM6", marker) })],
        ["+kind: Secret\n+data:\n+  url: cG9zdGdyZXM6\n", `+kind: Secret\n+data:\n+  url: ${marker}\n`],
        [
          "apiVersion: v1\nkind: Secret\ndata:\n  url: cG9zdGdyZXM6\n  user: YWRh\ntype: Opaque",
          `apiVersion: v1\nkind: Secret\ndata:\n  url: ${marker}\n  user: ${marker}\ntype: Opaque`
        ]
      ]),
      []
    )
  })

  it("the data of another Kubernetes kind stays", () => {
    assert.deepStrictEqual(
      changed(["kind: ConfigMap\ndata:\n  url: postgres", "kind: Secret\nmetadata:\n  name: db"]),
      []
    )
  })
})

describe("credentials in the output of tools", () => {
  it("credentials in columns, beside auth and _PASS, and as keys in base64 are redacted", () => {
    const key = Buffer.from(`-----BEGIN EC PRIVATE KEY-----\n${twenty}`).toString("base64")
    assert.deepStrictEqual(
      misread([
        [`Key  Value\npassword    ${twenty}\n`, `Key  Value\npassword    ${marker}\n`],
        ['"auth": "YWRhOjEyMzQ1Njc4OWFiYw=="', `"auth": "${marker}"`],
        ["_auth=YWRhOmh1bnRlcg==", `_auth=${marker}`],
        ["https://0123456789abcdef0123456789abcdef01234567@git.example/a", `https://${marker}@git.example/a`],
        ["SMTP_PASS=correcthorse", `SMTP_PASS=${marker}`],
        [`client-key-data: ${key}`, `client-key-data: ${marker}`],
        ["//npm.example/:_authToken=6f679d29-1ee5-5074-d3e6-dfb36a51fa3a", `//npm.example/:_authToken=${marker}`]
      ]),
      []
    )
  })

  it("names of tests that pass, and of ways to log in, stay", () => {
    assert.deepStrictEqual(
      changed(["12 tests_pass: everything", "auth: basic-credentials", "all_pass = isGreen(results)", "auth=required"]),
      []
    )
  })
})

describe("the order of the forms", () => {
  it("a form leaves the markers of an earlier form alone", () => {
    assert.deepStrictEqual(
      misread([
        [`token=sk-${twenty}`, `token=${marker}`],
        [`password="sk-${twenty}"`, `password="${marker}"`],
        ["api_key: AKIAIOSFODNN7EXAMPLE", `api_key: ${marker}`],
        ["token: Bearer abcdefghijklmnop", `token: Bearer ${marker}`]
      ]),
      []
    )
  })

  it("a marker is never redacted again", () => {
    assert.deepStrictEqual(
      changed([marker, `token=${marker}`, `secret: "${marker}"`, `Bearer ${marker}`, `${marker}: ${marker}`]),
      []
    )
  })
})

const piece = fc.constantFrom(
  `sk-${twenty}`,
  "sk-",
  "AKIAIOSFODNN7EXAMPLE",
  "AKIA",
  "Bearer",
  "bearer ",
  "abcdefghijklmnop",
  "token",
  "password",
  "secret",
  "api_key",
  "=",
  ":",
  " ",
  "\n",
  '"',
  "'",
  "`",
  "(",
  "::",
  "hunter2x",
  marker,
  "-",
  "_",
  ".",
  "x"
)

it.prop(
  "redacting twice equals redacting once",
  [fc.array(piece, { maxLength: 12 })],
  ([pieces]) => {
    const once = redact(pieces.join(""))
    assert.strictEqual(redact(once), once)
  },
  { fastCheck: { numRuns: 3_000 } }
)

it.prop("text without a secret's name stays as it is", [fc.string({ unit: "grapheme" })], ([text]) => {
  const harmless = text.replace(/sk-|AKIA|bearer|key|token|secret|password/gi, "")
  assert.strictEqual(redact(harmless), harmless)
})

it("long text is redacted without hanging", () => {
  for (const bait of [
    "token ",
    "token\t=",
    "Bearer ",
    "sk-",
    "AKIA",
    "password=((",
    'secret="',
    " ",
    "token: '",
    "\\",
    "\\\\n",
    "%25",
    "\u001b["
  ]) {
    const taken = cpuTimeOf(() => {
      redact(bait.repeat(200_000))
      redact(`${bait}${" ".repeat(500_000)}${bait}`)
    })
    assert.isBelow(taken, 20_000)
  }
})
