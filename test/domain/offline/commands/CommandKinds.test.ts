import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { invocationOf } from "../../../../src/domain/offline/commands/CommandKinds.js"
import type { CommandKind } from "../../../../src/domain/offline/commands/CommandPrograms.js"
import { nonEmpty } from "../../../support/nonEmpty.js"

const kinds: Readonly<Record<CommandKind, ReadonlyArray<string>>> = {
  look: [
    "ls -R .",
    "sed -n 1,200p a.ts",
    "git status --short",
    "git log --oneline -5",
    "git branch -a",
    "rg -n foo src",
    "find . -name x",
    "python3 --version",
    "npm ls",
    "npm pack left-pad@1.3.0",
    "Get-Content -Path a.txt",
    "cat a.txt 2>/dev/null",
    "docker ps",
    "for i in 1 2 3; do echo tick $i; sleep 1; done",
    "python -m shop.cli compose --help",
    "cargo test --no-run",
    "cargo nextest list",
    "cargo test -- --list",
    "pytest --collect-only -q",
    "uv run pytest --co tests",
    "go test -run '^$' ./...",
    "go test -c ./cart",
    "go test -list . ./...",
    "npx vitest list",
    "npx jest --listTests",
    "npm test -- --help",
    "pnpm test --listTests",
    "make -n test",
    "make -kn test",
    "just --dry-run test",
    "./gradlew test --dry-run",
    "npx playwright test --list",
    "npx tsc --version",
    "npx tsc --showConfig",
    "npx eslint --print-config src/a.js",
    "golangci-lint linters",
    "ctest -N",
    "dotnet test --list-tests",
    "bundle exec rspec --dry-run",
    "ruff rule F401"
  ],
  scene: ["cd web", "export A=1", "echo done", "exit 1", "X=$(git rev-parse HEAD)"],
  test: [
    "npm test --silent",
    "npm run test:unit",
    "pnpm --filter web test",
    "node --test",
    "npx vitest run",
    "python3 -m unittest discover -v",
    ".venv/bin/pytest -q",
    "uv run pytest",
    "cargo test",
    "go test ./...",
    "./gradlew test",
    "make test",
    "timeout 60 cargo nextest run",
    "pnpm vitest run test/price.test.ts",
    "yarn jest",
    "bun --cwd web vitest",
    "pnpm --filter web exec playwright test",
    "./gradlew integrationTest -PwithoutContainers",
    "./gradlew :app:check",
    "gradle functionalTest --tests Csv",
    "mvn -q verify",
    "pnpm turbo run test",
    "pytest -n 4 tests",
    "pytest -c pytest.ini",
    "go test -run TestAdd ./...",
    "go test -run '^$' -bench . ./...",
    "make -C engine test",
    "make -j4 test",
    "npx vitest run -c vitest.config.ts",
    "npx jest --coverage"
  ],
  build: [
    "npm run build",
    "cargo build --release",
    "go build ./...",
    "make",
    "docker build .",
    "tsc -b",
    "mvn package",
    "mvn verify -DskipTests",
    "./gradlew compileTestKotlin",
    "./gradlew :web:bootJar"
  ],
  lint: [
    "npx eslint .",
    "ruff check src",
    "cargo clippy",
    "golangci-lint run",
    "prettier --check .",
    "pnpm eslint src",
    "pnpm prettier --check .",
    "mix format --check-formatted",
    "dotnet format --verify-no-changes",
    "terraform fmt -check",
    "./gradlew spotlessCheck",
    "./gradlew flywayValidate -Pprofile=local",
    "mvn flyway:validate",
    "mix credo --strict"
  ],
  "type-check": [
    "npx tsc --noEmit",
    "mypy src --strict",
    "cargo check",
    "node --check a.js",
    "npm run typecheck",
    "pnpm tsc --noEmit",
    "mix dialyzer"
  ],
  format: [
    "prettier --write .",
    "ruff format src",
    "cargo fmt",
    "mix format",
    "./gradlew spotlessApply",
    "pnpm prettier --write ."
  ],
  run: [
    "python3 app.py",
    "node server.js --check",
    "./deploy.sh",
    "curl localhost:3000",
    "cargo run",
    "npm start",
    "./gradlew bootRun",
    "pnpm start",
    "mix phx.server"
  ],
  edit: [
    "git mv a.js b.js",
    "rm -r build",
    "sed -i 's/a/b/' x.ts",
    "echo hi > notes.md",
    "cat > a.py <<'EOF'",
    "printf x >> log.txt",
    "git checkout -- a.ts"
  ],
  act: ["npm install", "pip install requests", "git commit -m x", "docker compose up -d", "cargo add serde", "yarn"]
}

describe("invocationOf", () => {
  for (const [kind, commands] of Object.entries(kinds)) {
    it(`a command is recognised as ${kind}`, () => {
      for (const command of nonEmpty(commands)) {
        assert.strictEqual(invocationOf(command).kind, kind, command)
      }
    })
  }

  it("a program is recognised behind other programs that start it", () => {
    for (const command of ["pytest", "python3 -m pytest", "uv run pytest", "/usr/bin/pytest", "CI=1 time pytest"]) {
      assert.strictEqual(invocationOf(command).program, "pytest", command)
    }
  })

  it("a redirection to /dev/null is not a change", () => {
    assert.strictEqual(invocationOf("cat a > /dev/null").kind, "look")
    assert.strictEqual(invocationOf("grep -n '=> x' a.ts").kind, "look")
  })

  it.prop(
    "any text has a kind of command",
    [fc.string({ unit: "binary", maxLength: 200 })],
    ([text]) => invocationOf(text).kind !== undefined
  )
})
