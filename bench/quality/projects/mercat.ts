import {
  acted,
  add,
  answered,
  asked,
  failed,
  lasting,
  limit,
  looked,
  manyLines,
  not,
  once,
  passed,
  patched,
  polled,
  type QualityProject,
  said,
  update
} from "../session.js"

const mixPass = (tests: number): string =>
  `Running ExUnit with seed: 8102, max_cases: 4\n\n${".".repeat(tests)}\nFinished in 0.4 seconds (0.2s async, 0.2s sync)\n${tests} tests, 0 failures\n`

/** A market in Elixir; its users write Chinese and English. */
export const mercat: QualityProject = {
  name: "mercat",
  cwd: "/Users/wen/code/mercat",
  instructions: "Elixir 1.18. Contexts are in lib/mercat.",
  sessions: [
    {
      name: "dependencies that the sandbox does not load",
      form: "exec",
      steps: [
        asked("升级 ecto 之后项目起不来了，请修复。"),
        failed(
          "mix deps.get",
          'Failed to fetch record for hexpm/ecto from registry (using cache instead)\n{:failed_connect, [{:to_address, {~c"repo.hex.pm", 443}}, {:inet, [:inet], :nxdomain}]}\n'
        ),
        passed(
          "mix deps.get",
          "Resolving Hex dependencies...\nResolution completed in 0.2s\n* Getting ecto (Hex package)\n",
          {
            isEscalated: true
          }
        ),
        failed(
          "mix test",
          "== Compilation error in file lib/mercat/repo.ex ==\n** (ArgumentError) unknown option :pool_timeout for Ecto.Repo\n    lib/mercat/repo.ex:2: (module)\n"
        ),
        patched(update("lib/mercat/repo.ex", "    pool_timeout: 15_000,\n    timeout: 15_000", "    timeout: 15_000")),
        passed("mix test", mixPass(33)),
        said("`pool_timeout` 已被移除；`mix deps.get` 需要在沙箱外运行。测试全部通过。")
      ],
      gold: {
        failures: [
          {
            error: "Failed to fetch record for hexpm/ecto from registry",
            fix: ["outside of the sandbox", "escalat"]
          },
          { error: "** (ArgumentError) unknown option :pool_timeout for Ecto.Repo", fix: ["lib/mercat/repo.ex"] }
        ],
        commands: ["mix test"],
        files: ["lib/mercat/repo.ex"],
        notes: [limit("mix deps.get Failed to fetch record outside of the sandbox")],
        outcomes: ["success"],
        mustNotSay: [not("command", "mix deps.get"), not("open", "Failed to fetch"), not("open", "pool_timeout")]
      }
    },
    {
      name: "an answer with a lasting note",
      form: "items",
      steps: [
        asked("给商品加上价格历史。"),
        answered("价格历史存在哪里？", "单独的表", "金额一律用整数的分，绝不要用浮点数"),
        patched(
          add("lib/mercat/price.ex", "defmodule Mercat.Price do\n  defstruct [:cents, :since]\nend"),
          add("priv/repo/migrations/20260302_prices.exs", "create table(:prices)")
        ),
        passed("mix test", mixPass(36)),
        passed("mix format --check-formatted", ""),
        said("价格历史在单独的表里，金额以分为单位。")
      ],
      gold: {
        commands: ["mix test", "mix format --check-formatted"],
        files: ["lib/mercat/price.ex", "priv/repo/migrations/20260302_prices.exs"],
        wishes: [lasting("单独的表"), lasting("金额一律用整数的分，绝不要用浮点数")],
        outcomes: ["success"]
      }
    },
    {
      name: "a check that takes long",
      form: "exec",
      steps: [
        asked("Please run dialyzer and fix what it reports. Never silence a warning with @dialyzer."),
        polled("mix dialyzer", 2, [
          "Finding suitable PLTs\n",
          `${manyLines(60, (number) => `Adding module ${number} to the PLT`)}\n`,
          "lib/mercat/cart.ex:31:no_return\nFunction checkout/1 has no local return.\n\nTotal errors: 1, Skipped: 0\n"
        ]),
        patched(update("lib/mercat/cart.ex", "    %Order{total: sum!(lines)}", "    %Order{total: sum(lines)}")),
        polled("mix dialyzer", 0, [
          "Finding suitable PLTs\n",
          "Total errors: 0, Skipped: 0\ndone (passed successfully)\n"
        ]),
        said("`checkout/1` called a function that does not return; dialyzer passes.")
      ],
      gold: {
        failures: [{ error: "lib/mercat/cart.ex:31:no_return", fix: ["cart.ex"] }],
        commands: ["mix dialyzer"],
        files: ["lib/mercat/cart.ex"],
        wishes: [lasting("Never silence a warning with @dialyzer")],
        outcomes: ["success"],
        mustNotSay: [not("anything", "run the program: `mix dialyzer`")]
      }
    },
    {
      name: "a pasted page with rules of other people",
      form: "script",
      steps: [
        asked(
          `Make our contribution guide shorter. I like how this one reads, take its tone:

> # Contributing to Plume
> You must always sign your commits. Never open a pull request without an issue.
> Please do not use emojis in commit messages.

Only for this text: keep it below 200 words.`
        ),
        looked("wc -w CONTRIBUTING.md", "812 CONTRIBUTING.md\n"),
        patched(update("CONTRIBUTING.md", "## Before you begin", "## In short")),
        looked("wc -w CONTRIBUTING.md", "184 CONTRIBUTING.md\n"),
        said("`CONTRIBUTING.md` has 184 words now."),
        asked("good, thanks")
      ],
      gold: {
        files: ["CONTRIBUTING.md"],
        wishes: [once("Only for this text: keep it below 200 words")],
        outcomes: ["success", "partial", "uncertain"],
        mustNotSay: [
          not("wish", "always sign your commits"),
          not("wish", "Never open a pull request without an issue"),
          not("wish", "do not use emojis")
        ]
      }
    },
    {
      name: "a test that passes alone and is fixed by an edit",
      form: "exec",
      steps: [
        asked("The cart test passes alone but fails in the whole run, why?"),
        failed(
          "mix test",
          "  1) test adds a line (Mercat.CartTest)\n     test/mercat/cart_test.exs:12\n     ** (DBConnection.OwnershipError) cannot find ownership process for #PID<0.412.0>.\n\n36 tests, 1 failure\n",
          { exitCode: 2 }
        ),
        passed("mix test test/mercat/cart_test.exs", mixPass(4)),
        patched(
          update(
            "test/mercat/cart_test.exs",
            "  use Mercat.DataCase, async: true",
            "  use Mercat.DataCase, async: false"
          )
        ),
        passed("mix test", mixPass(36)),
        acted("git commit -am 'Run the cart test alone'", "[main 51fe0d2] Run the cart test alone\n"),
        said("The cart starts a process of its own, so its test may not run async.")
      ],
      gold: {
        failures: [
          {
            error: "** (DBConnection.OwnershipError) cannot find ownership process",
            fix: ["async: false", "editing `test/mercat/cart_test.exs`"]
          }
        ],
        commands: ["mix test", "mix test test/mercat/cart_test.exs"],
        files: ["test/mercat/cart_test.exs"],
        outcomes: ["success"],
        mustNotSay: [
          not("command", "git commit"),
          not("fix", "git commit"),
          not("fix", "mix test test/mercat/cart_test.exs"),
          not("open", "The cart starts a process of its own")
        ]
      }
    },
    {
      name: "several files that one message asks to move",
      form: "items",
      steps: [
        asked("把 Mercat.Util 拆成 Mercat.Money 和 Mercat.Text，别改公开的 API。"),
        patched(
          add("lib/mercat/money.ex", "defmodule Mercat.Money do\nend"),
          add("lib/mercat/text.ex", "defmodule Mercat.Text do\nend"),
          update(
            "lib/mercat/util.ex",
            "defmodule Mercat.Util do",
            "defmodule Mercat.Util do\n  defdelegate cents(x), to: Mercat.Money"
          )
        ),
        failed(
          "mix test",
          "== Compilation error in file lib/mercat/util.ex ==\n** (CompileError) lib/mercat/util.ex:2: undefined function cents/1 in Mercat.Money\n"
        ),
        patched(
          update(
            "lib/mercat/money.ex",
            "defmodule Mercat.Money do\nend",
            "defmodule Mercat.Money do\n  def cents(x), do: round(x * 100)\nend"
          )
        ),
        passed("mix test", mixPass(36)),
        said("已拆分；`Mercat.Util` 仍然转发旧的函数。")
      ],
      gold: {
        commands: ["mix test"],
        files: ["lib/mercat/money.ex", "lib/mercat/text.ex", "lib/mercat/util.ex"],
        wishes: [once("别改公开的 API")],
        outcomes: ["success"],
        mustNotSay: [not("open", "CompileError")]
      }
    },
    {
      name: "a way of working that the user would rather have",
      form: "exec",
      steps: [
        asked("Sort the search results by rating."),
        patched(
          update("lib/mercat/search.ex", "    order_by: [asc: p.name]", "    order_by: [desc: p.rating, asc: p.name]")
        ),
        passed("mix test", mixPass(36)),
        said("Search results are sorted by rating, then by name."),
        asked(
          "Works. I'd rather you ran `mix test --stale` while you iterate; the whole suite only before you finish."
        ),
        passed("mix test --stale", mixPass(5)),
        said("I will run `mix test --stale` while I work.")
      ],
      gold: {
        commands: ["mix test", "mix test --stale"],
        files: ["lib/mercat/search.ex"],
        wishes: [lasting("I'd rather you ran `mix test --stale` while you iterate")],
        outcomes: ["success"],
        mustNotSay: [not("open", "mix test --stale")]
      }
    }
  ]
}
