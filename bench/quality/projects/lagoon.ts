import {
  add,
  answered,
  asked,
  failed,
  lasting,
  limit,
  looked,
  manyLines,
  not,
  passed,
  patched,
  polled,
  type QualityProject,
  said,
  update
} from "../session.js"

const cacheRefused =
  "failed to initialize build cache at /home/ines/.cache/go-build: mkdir /home/ines/.cache/go-build/00: operation not permitted\n"

/** A queue in Go with a small web page; its user writes Spanish. */
export const lagoon: QualityProject = {
  name: "lagoon",
  cwd: "/home/ines/src/lagoon",
  instructions: "lagoon: a queue. Run `make check` before a commit.",
  sessions: [
    {
      name: "a refusal of the sandbox, passed by escalation",
      form: "exec",
      steps: [
        asked("¿Pasan las pruebas en esta rama?"),
        failed("go test ./...", cacheRefused),
        passed("go test ./...", "ok  \tlagoon/internal/queue\t0.412s\nok  \tlagoon/internal/store\t0.208s\n", {
          isEscalated: true
        }),
        said("Sí: pasan todas, pero hay que ejecutarlas fuera del sandbox, que no deja escribir en la caché de Go.")
      ],
      gold: {
        failures: [
          {
            error: "mkdir /home/ines/.cache/go-build/00: operation not permitted",
            fix: ["outside of the sandbox", "escalat"]
          }
        ],
        commands: ["go test ./..."],
        notes: [limit("go test ./... operation not permitted outside of the sandbox")],
        outcomes: ["success"],
        mustNotSay: [not("open", "go-build"), not("fix", "running it again")]
      }
    },
    {
      name: "a race, found by a long test that was polled",
      form: "exec",
      steps: [
        asked("Hay una carrera en la cola, corrígela. No toques el directorio vendor."),
        polled("go test -race ./internal/queue", 1, [
          "=== RUN   TestPushPop\n",
          "==================\nWARNING: DATA RACE\nWrite at 0x00c00012c018 by goroutine 9:\n  lagoon/internal/queue.(*Queue).Push()\n",
          "--- FAIL: TestPushPop (0.03s)\n    testing.go:1465: race detected during execution of test\nFAIL\tlagoon/internal/queue\t0.051s\n"
        ]),
        patched(
          update(
            "internal/queue/queue.go",
            "\tq.items = append(q.items, item)",
            "\tq.mu.Lock()\n\tdefer q.mu.Unlock()\n\tq.items = append(q.items, item)"
          )
        ),
        polled("go test -race ./internal/queue", 0, [
          "=== RUN   TestPushPop\n",
          "ok  \tlagoon/internal/queue\t1.204s\n"
        ]),
        passed("go vet ./...", ""),
        said("`Push` escribía sin el cerrojo; ahora la prueba con `-race` pasa.")
      ],
      gold: {
        failures: [{ error: "WARNING: DATA RACE", fix: ["internal/queue/queue.go"] }],
        commands: ["go test -race ./internal/queue", "go vet ./..."],
        files: ["internal/queue/queue.go"],
        wishes: [lasting("No toques el directorio vendor")],
        outcomes: ["success"]
      }
    },
    {
      name: "a question that the user answered",
      form: "items",
      steps: [
        asked("Añade una caché para los mensajes ya leídos."),
        looked(
          "rg -n 'func Read' internal",
          "internal/store/store.go:40:func (s *Store) Read(id string) (Message, error) {\n"
        ),
        answered("¿Dónde debe vivir la caché?", "En disco, junto al índice"),
        patched(
          add("internal/store/cache.go", "package store\n\ntype Cache struct{ dir string }"),
          update("internal/store/store.go", "\treturn s.load(id)", "\treturn s.cache.Or(id, s.load)")
        ),
        failed(
          "go build ./...",
          "# lagoon/internal/store\ninternal/store/store.go:41:17: s.cache.Or undefined (type Cache has no field or method Or)\n"
        ),
        patched(
          update(
            "internal/store/cache.go",
            "type Cache struct{ dir string }",
            "type Cache struct{ dir string }\n\nfunc (c Cache) Or(id string, load Load) (Message, error) { return load(id) }"
          )
        ),
        passed("gofmt -w internal/store", ""),
        passed("go build ./...", ""),
        passed("go test ./internal/store", "ok  \tlagoon/internal/store\t0.244s\n"),
        said("La caché está en disco, en `internal/store/cache.go`; compila y las pruebas pasan.")
      ],
      gold: {
        commands: ["go build ./...", "go test ./internal/store"],
        files: ["internal/store/cache.go", "internal/store/store.go"],
        wishes: [lasting("En disco, junto al índice")],
        outcomes: ["success"],
        mustNotSay: [not("fix", "gofmt"), not("open", "s.cache.Or")]
      }
    },
    {
      name: "checks in a sub-directory",
      form: "exec",
      steps: [
        asked("La página web no compila desde ayer, ¿puedes mirarlo?"),
        failed(
          "npm run build",
          '> lagoon-web@1.0.0 build\n> vite build\n\nerror during build:\nRollupError: Could not resolve "./Chart.svelte" from "src/App.svelte"\n',
          { workdir: "/home/ines/src/lagoon/web" }
        ),
        looked("ls src", "App.svelte\nchart.svelte\nmain.ts\n", { workdir: "/home/ines/src/lagoon/web" }),
        patched(update("web/src/App.svelte", "from './Chart.svelte'", "from './chart.svelte'")),
        passed("npm run build", "> vite build\n✓ 48 modules transformed.\n✓ built in 1.32s\n", {
          workdir: "/home/ines/src/lagoon/web"
        }),
        said("El nombre del fichero lleva minúscula; `web/src/App.svelte` lo importa bien ahora.")
      ],
      gold: {
        failures: [
          {
            error: 'RollupError: Could not resolve "./Chart.svelte" from "src/App.svelte"',
            fix: ["web/src/App.svelte"]
          }
        ],
        commands: ["npm run build"],
        files: ["web/src/App.svelte"],
        outcomes: ["success"]
      }
    },
    {
      name: "a long log in which one package fails",
      form: "script",
      steps: [
        asked("make check falla en mi máquina. No toques el directorio vendor, eso viene de fuera."),
        failed(
          "make check",
          `${manyLines(180, (number) => `ok  \tlagoon/internal/part${number}\t0.0${number % 10}s`)}\n--- FAIL: TestExpiry (0.00s)\n    expiry_test.go:19: message expired after 60s, want 3600s\nFAIL\tlagoon/internal/expiry\t0.004s\n${manyLines(40, (number) => `ok  \tlagoon/internal/late${number}\t0.0${number % 10}s`)}\nFAIL\nmake: *** [Makefile:12: check] Error 1\n`,
          { exitCode: 2 }
        ),
        patched(update("internal/expiry/expiry.go", "\treturn time.Minute", "\treturn time.Hour")),
        passed(
          "make check",
          `${manyLines(180, (number) => `ok  \tlagoon/internal/part${number}\t0.0${number % 10}s`)}\nok  \tlagoon/internal/expiry\t0.004s\n`
        ),
        said("Los mensajes caducan ahora tras una hora; `make check` pasa.")
      ],
      gold: {
        failures: [
          { error: "expiry_test.go:19: message expired after 60s, want 3600s", fix: ["internal/expiry/expiry.go"] }
        ],
        commands: ["make check"],
        files: ["internal/expiry/expiry.go"],
        wishes: [lasting("No toques el directorio vendor")],
        outcomes: ["success", "uncertain"],
        mustNotSay: [not("memory", "make: ***")]
      }
    },
    {
      name: "a complaint about something said before",
      form: "exec",
      steps: [
        asked("Registra cuándo se vacía la cola."),
        patched(
          update("internal/queue/queue.go", "\tq.items = nil", '\tq.items = nil\n\tfmt.Println("queue drained")')
        ),
        said("La cola escribe una línea cuando se vacía."),
        asked("En este proyecto nunca usamos fmt.Println para los registros, usa slog."),
        patched(update("internal/queue/queue.go", '\tfmt.Println("queue drained")', '\tslog.Info("queue drained")')),
        passed("go vet ./...", ""),
        passed("go test -race ./internal/queue", "ok  \tlagoon/internal/queue\t1.198s\n"),
        said("Ahora usa `slog`.")
      ],
      gold: {
        commands: ["go vet ./...", "go test -race ./internal/queue"],
        files: ["internal/queue/queue.go"],
        wishes: [lasting("En este proyecto nunca usamos fmt.Println para los registros, usa slog")],
        outcomes: ["success"]
      }
    }
  ]
}
