import {
  acted,
  add,
  asked,
  failed,
  finding,
  lasting,
  looked,
  not,
  once,
  passed,
  patched,
  type QualityProject,
  said,
  update
} from "../session.js"

const vitestFailure = ` RUN  v2.1.8 /home/nell/code/tern-booking

 ❯ test/price.test.ts (6 tests | 1 failed) 41ms
   × total > adds the tax once 9ms
     → expected 119.7 to be 118.9 // Object.is equality

⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  test/price.test.ts > total > adds the tax once
AssertionError: expected 119.7 to be 118.9 // Object.is equality
 ❯ test/price.test.ts:14:23

 Test Files  1 failed (1)
      Tests  1 failed | 5 passed (6)
`

const vitestPass = (tests: number): string =>
  ` RUN  v2.1.8 /home/nell/code/tern-booking\n\n ✓ test/price.test.ts (${tests} tests) 12ms\n\n Test Files  1 passed (1)\n      Tests  ${tests} passed (${tests})\n`

const typeError = `src/booking.ts(31,18): error TS2345: Argument of type 'string | undefined' is not assignable to parameter of type 'SeatId'.
  Type 'undefined' is not assignable to type 'SeatId'.
`

/** A booking service in TypeScript; its user writes English. */
export const ternBooking: QualityProject = {
  name: "tern-booking",
  cwd: "/home/nell/code/tern-booking",
  instructions:
    "# tern-booking\n\nUse pnpm. Routes are in src/routes, one file for each.\nAlways keep functions short.",
  sessions: [
    {
      name: "a failing test, fixed in one file",
      form: "exec",
      steps: [
        asked("The price test fails since the last merge. Can you find out why and fix it?"),
        looked("git status --short", ""),
        failed("pnpm vitest run test/price.test.ts", vitestFailure),
        looked(
          "sed -n '1,40p' src/price.ts",
          "export const total = (fares: Fare[]) =>\n  withTax(fares.map(withTax).reduce((sum, fare) => sum + fare, 0))\n"
        ),
        said("The tax is applied to each fare and then to the sum."),
        patched(
          update(
            "src/price.ts",
            "  withTax(fares.map(withTax).reduce((sum, fare) => sum + fare, 0))",
            "  withTax(fares.map(({ net }) => net).reduce((sum, net) => sum + net, 0))"
          )
        ),
        passed("pnpm vitest run test/price.test.ts", vitestPass(6)),
        passed("pnpm tsc --noEmit", ""),
        said("Fixed: `src/price.ts` added the tax twice. The price tests and the type check pass.")
      ],
      gold: {
        failures: [{ error: "AssertionError: expected 119.7 to be 118.9", fix: ["src/price.ts"] }],
        commands: ["pnpm vitest run test/price.test.ts", "pnpm tsc --noEmit"],
        files: ["src/price.ts"],
        outcomes: ["success"],
        mustNotSay: [
          not("wish", "keep functions short"),
          not("open", "expected 119.7"),
          not("memory", "`src/price.ts`: added the tax twice"),
          not("anything", "run the program: `pnpm vitest run")
        ]
      }
    },
    {
      name: "a wrong first attempt, taken back, and a formatter",
      form: "items",
      steps: [
        asked("pnpm tsc is red on my machine, please get it green again"),
        failed("pnpm tsc --noEmit", typeError, { exitCode: 2 }),
        patched(update("src/types.ts", "export type SeatId = string", "export type SeatId = string | undefined")),
        failed(
          "pnpm tsc --noEmit",
          `src/seats.ts(12,9): error TS2322: Type 'SeatId' is not assignable to type 'string'.\n${typeError}`,
          { exitCode: 2 }
        ),
        said("Widening the type only moves the error. I take that back and check for a missing seat where it is read."),
        acted("git checkout -- src/types.ts", "Updated 1 path from the index\n"),
        patched(
          update(
            "src/booking.ts",
            "  return hold(request.seat)",
            "  if (request.seat === undefined) {\n    return noSeat\n  }\n  return hold(request.seat)"
          )
        ),
        passed("pnpm prettier --write src/booking.ts", "src/booking.ts 38ms\n"),
        passed("pnpm tsc --noEmit", ""),
        passed(
          "pnpm vitest run",
          " RUN  v2.1.8 /home/nell/code/tern-booking\n\n Test Files  9 passed (9)\n      Tests  64 passed (64)\n"
        ),
        said("`pnpm tsc --noEmit` passes: `src/booking.ts` now returns early when no seat was chosen.")
      ],
      gold: {
        failures: [
          { error: "error TS2345: Argument of type 'string | undefined' is not assignable", fix: ["src/booking.ts"] }
        ],
        commands: ["pnpm tsc --noEmit", "pnpm vitest run"],
        files: ["src/booking.ts"],
        outcomes: ["success"],
        mustNotSay: [
          not("fix", "src/types.ts"),
          not("file", "src/types.ts"),
          not("fix", "prettier"),
          not("anything", "run the program: `pnpm vitest run"),
          not("open", "TS2345")
        ]
      }
    },
    {
      name: "a lasting wish and one for this change",
      form: "exec",
      steps: [
        asked(
          "Add an endpoint that cancels a booking. Please never use default exports in this project. For this change leave the README alone, I am rewriting it."
        ),
        looked("ls src/routes", "book.ts\nhold.ts\nindex.ts\n"),
        patched(
          add("src/routes/cancel.ts", "export const cancel = (id: BookingId) => release(id)"),
          update("src/routes/index.ts", "export { book, hold }", "export { book, cancel, hold }")
        ),
        patched(add("test/cancel.test.ts", 'it("releases the seat", () => expect(cancel(one)).toBe(released))')),
        passed(
          "pnpm vitest run",
          " RUN  v2.1.8 /home/nell/code/tern-booking\n\n Test Files  10 passed (10)\n      Tests  66 passed (66)\n"
        ),
        said("There is `DELETE /bookings/:id` now, in `src/routes/cancel.ts`, with a test.")
      ],
      gold: {
        commands: ["pnpm vitest run"],
        files: ["src/routes/cancel.ts", "src/routes/index.ts", "test/cancel.test.ts"],
        wishes: [lasting("never use default exports in this project"), once("For this change leave the README alone")],
        outcomes: ["success"],
        mustNotSay: [
          not("fix", "cancel.ts"),
          not("anything", "now,, with a test"),
          not("anything", "run the program: `pnpm vitest run")
        ]
      }
    },
    {
      name: "a review without edits",
      form: "script",
      steps: [
        asked("Review the commits of this branch against main. Report what is wrong; do not change anything."),
        looked("git log --oneline main..HEAD", "9c1f2aa Cancel bookings\n77be310 Hold seats for ten minutes\n"),
        looked(
          "git diff main...HEAD -- src",
          "diff --git a/src/routes/hold.ts b/src/routes/hold.ts\n+  setTimeout(() => release(seat), 600_000)\n"
        ),
        looked("rg -n 'setTimeout' src", "src/routes/hold.ts:22:  setTimeout(() => release(seat), 600_000)\n"),
        said(
          "Two findings:\n\n- `src/routes/hold.ts:22`: the hold is released by a timer in memory, so a restart keeps the seat for ever.\n- `src/routes/cancel.ts:9`: a booking of another customer can be cancelled, as the owner is not checked."
        )
      ],
      gold: {
        notes: [
          finding("src/routes/hold.ts:22: the hold is released by a timer in memory"),
          finding("src/routes/cancel.ts:9: a booking of another customer can be cancelled")
        ],
        outcomes: ["success", "uncertain", "partial"],
        mustNotSay: [not("open", "Unfinished"), not("fix", "hold.ts"), not("lasting wish", "do not change anything")]
      }
    },
    {
      name: "a merge and a deployment that were asked for",
      form: "items",
      steps: [
        asked("Merge pull request 41 once the tests pass, then deploy to staging."),
        passed(
          "pnpm vitest run",
          " RUN  v2.1.8 /home/nell/code/tern-booking\n\n Test Files  10 passed (10)\n      Tests  66 passed (66)\n"
        ),
        acted("gh pr merge 41 --squash --delete-branch", "✓ Squashed and merged pull request #41 (Cancel bookings)\n"),
        acted("git push origin main", "To github.com:tern/booking.git\n   9c1f2aa..b0d7e55  main -> main\n"),
        acted("pnpm run deploy:staging", "> deploy\nrelease 118 is live on staging\n"),
        said("Pull request 41 is merged, and release 118 is on staging.")
      ],
      gold: {
        commands: ["pnpm vitest run"],
        outcomes: ["success", "uncertain"],
        mustNotSay: [not("command", "gh pr merge"), not("command", "git push"), not("memory", "gh pr merge 41")]
      }
    },
    {
      name: "a wish that supersedes an earlier one",
      form: "exec",
      steps: [
        asked(
          "Add the page for a booking's receipt. From now on please use default exports everywhere, the new lint preset demands them."
        ),
        patched(add("src/pages/receipt.tsx", "export default function Receipt() {\n  return <Lines />\n}")),
        failed(
          "pnpm eslint src",
          "/home/nell/code/tern-booking/src/pages/receipt.tsx\n  2:11  error  'Lines' is not defined  react/jsx-no-undef\n\n✖ 1 problem (1 error, 0 warnings)\n"
        ),
        patched(
          update(
            "src/pages/receipt.tsx",
            "export default function Receipt() {",
            'import { Lines } from "../parts/lines"\n\nexport default function Receipt() {'
          )
        ),
        passed("pnpm eslint src", ""),
        passed("pnpm tsc --noEmit", ""),
        said("The receipt is a page now; lint and types pass.")
      ],
      gold: {
        commands: ["pnpm eslint src", "pnpm tsc --noEmit"],
        files: ["src/pages/receipt.tsx"],
        wishes: [lasting("From now on please use default exports everywhere")],
        outcomes: ["success"],
        supersedes: ["never use default exports in this project"],
        mustNotSay: [not("memory", "'Lines' is not defined"), not("anything", "run the program: `pnpm eslint src`")]
      }
    },
    {
      name: "a variable that a check needs, and a settled choice",
      form: "items",
      steps: [
        asked(
          "Run the end-to-end tests and tell me whether they pass. We decided to keep zod for validation, so don't suggest replacing it again."
        ),
        failed("pnpm run test:e2e", "> playwright test\nError: BASE_URL is not set\n    at e2e/setup.ts:4:9\n"),
        looked("cat .env.example", "BASE_URL=http://localhost:3000\n"),
        passed(
          "BASE_URL=http://localhost:3000 pnpm run test:e2e",
          "> playwright test\n\nRunning 12 tests using 2 workers\n\n  12 passed (18.2s)\n"
        ),
        said("All 12 end-to-end tests pass once `BASE_URL` is set.")
      ],
      gold: {
        failures: [{ error: "Error: BASE_URL is not set", fix: ["BASE_URL=http://localhost:3000"] }],
        commands: ["BASE_URL=http://localhost:3000 pnpm run test:e2e"],
        wishes: [lasting("We decided to keep zod for validation, so don't suggest replacing it again")],
        outcomes: ["success"],
        mustNotSay: [not("open", "BASE_URL")]
      }
    }
  ]
}
