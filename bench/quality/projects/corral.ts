import {
  acted,
  asked,
  failed,
  finding,
  goal,
  lasting,
  limit,
  looked,
  manyLines,
  not,
  passed,
  patched,
  type QualityProject,
  said,
  update
} from "../session.js"

const cargoPass = (tests: number): string =>
  `    Finished \`test\` profile [unoptimized + debuginfo] target(s) in 0.52s\n     Running unittests src/lib.rs\n\nrunning ${tests} tests\n\ntest result: ok. ${tests} passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s\n`

/** A cache in Rust; its user writes French. */
export const corral: QualityProject = {
  name: "corral",
  cwd: "/home/lucie/dev/corral",
  instructions: "",
  sessions: [
    {
      name: "an error of the compiler",
      form: "exec",
      steps: [
        asked("Ça ne compile plus depuis mon dernier commit, tu peux corriger ?"),
        failed(
          "cargo build",
          `   Compiling corral v0.3.0 (/home/lucie/dev/corral)
error[E0502]: cannot borrow \`self.entries\` as mutable because it is also borrowed as immutable
  --> src/cache.rs:48:13
   |
47 |         for key in self.entries.keys() {
   |                    ------------------- immutable borrow occurs here
48 |             self.entries.remove(key);
   |             ^^^^^^^^^^^^^^^^^^^^^^^^ mutable borrow occurs here

error: could not compile \`corral\` (lib) due to 1 previous error
`,
          { exitCode: 101 }
        ),
        patched(
          update(
            "src/cache.rs",
            "        for key in self.entries.keys() {\n            self.entries.remove(key);\n        }",
            "        self.entries.retain(|_, entry| entry.is_fresh());"
          )
        ),
        passed("cargo build", "   Compiling corral v0.3.0\n    Finished `dev` profile target(s) in 1.90s\n"),
        passed("cargo test", cargoPass(21)),
        said("`src/cache.rs` utilise maintenant `retain` ; la compilation et les 21 tests passent.")
      ],
      gold: {
        failures: [
          {
            error: "error[E0502]: cannot borrow `self.entries` as mutable because it is also borrowed as immutable",
            fix: ["src/cache.rs"]
          }
        ],
        commands: ["cargo build", "cargo test"],
        files: ["src/cache.rs"],
        outcomes: ["success"],
        mustNotSay: [not("memory", "due to 1 previous error")]
      }
    },
    {
      name: "a goal that the user set",
      form: "items",
      steps: [
        goal("Remplacer la crate failure par anyhow dans tout le projet, et garder cargo test vert"),
        looked("rg -l 'failure::' src", "src/main.rs\nsrc/config.rs\n"),
        patched(
          update("src/main.rs", "use failure::Error;", "use anyhow::Error;"),
          update("src/config.rs", "use failure::{bail, Error};", "use anyhow::{bail, Error};")
        ),
        failed(
          "cargo test",
          'error[E0432]: unresolved import `anyhow`\n --> src/main.rs:3:5\n  |\n3 | use anyhow::Error;\n  |     ^^^^^^ use of undeclared crate or module `anyhow`\nerror: could not compile `corral` (bin "corral") due to 2 previous errors\n',
          { exitCode: 101 }
        ),
        passed("cargo add anyhow", "    Updating crates.io index\n      Adding anyhow v1.0.98 to dependencies\n"),
        passed("cargo test", cargoPass(21)),
        said("`failure` est remplacée par `anyhow` ; `cargo test` est vert.")
      ],
      gold: {
        failures: [{ error: "error[E0432]: unresolved import `anyhow`", fix: ["cargo add anyhow"] }],
        commands: ["cargo test"],
        files: ["src/main.rs", "src/config.rs"],
        outcomes: ["success"],
        mustNotSay: [not("command", "cargo add anyhow")]
      }
    },
    {
      name: "a change that the user took back",
      form: "exec",
      steps: [
        asked("Rends le cache plus rapide."),
        patched(update("src/cache.rs", "use std::collections::HashMap;", "use dashmap::DashMap;")),
        said("J'ai remplacé `HashMap` par `DashMap`."),
        asked("Non, annule ça. Je ne veux pas de nouvelle dépendance dans ce dépôt, jamais sans me demander d'abord."),
        acted("git checkout -- src/cache.rs", "Updated 1 path from the index\n"),
        passed("cargo test", cargoPass(21)),
        said("C'est annulé, les tests passent.")
      ],
      gold: {
        commands: ["cargo test"],
        wishes: [lasting("Je ne veux pas de nouvelle dépendance dans ce dépôt, jamais sans me demander d'abord")],
        outcomes: ["success", "partial", "uncertain"],
        mustNotSay: [not("fix", "DashMap"), not("open", "DashMap")]
      }
    },
    {
      name: "one failure in a long output",
      form: "shell",
      steps: [
        asked("cargo test échoue sur la CI mais pas chez moi, regarde avec --all-features"),
        failed(
          "cargo test --all-features",
          `running 260 tests\n${manyLines(200, (number) => `test store::case_${number} ... ok`)}\ntest time::rounds_to_the_hour ... FAILED\n${manyLines(59, (number) => `test wire::case_${number} ... ok`)}\n\nfailures:\n\n---- time::rounds_to_the_hour stdout ----\nthread 'time::rounds_to_the_hour' panicked at src/time.rs:77:9:\nassertion \`left == right\` failed\n  left: 13\n right: 14\n\ntest result: FAILED. 259 passed; 1 failed; 0 ignored\n`,
          { exitCode: 101 }
        ),
        patched(update("src/time.rs", "        self.local().hour()", "        self.utc().hour()")),
        passed("cargo fmt", ""),
        passed("cargo test --all-features", cargoPass(260)),
        said("Le test dépendait du fuseau horaire ; `src/time.rs` compte maintenant en UTC.")
      ],
      gold: {
        failures: [{ error: "thread 'time::rounds_to_the_hour' panicked at src/time.rs:77:9", fix: ["src/time.rs"] }],
        commands: ["cargo test --all-features"],
        files: ["src/time.rs"],
        outcomes: ["success"],
        mustNotSay: [not("fix", "cargo fmt"), not("open", "rounds_to_the_hour")]
      }
    },
    {
      name: "a component that is missing and cannot be loaded",
      form: "exec",
      steps: [
        asked("Passe clippy sur le projet et corrige les avertissements."),
        failed(
          "cargo clippy",
          "error: 'cargo-clippy' is not installed for the toolchain 'stable-x86_64-unknown-linux-gnu'.\nTo install, run `rustup component add clippy`\n"
        ),
        failed(
          "rustup component add clippy",
          "error: could not download file from 'https://static.rust-lang.org/dist/channel-rust-stable.toml.sha256': dns error: failed to lookup address information\n"
        ),
        said("Clippy n'est pas installé ici, et le réseau est fermé : je ne peux pas l'ajouter. Rien n'a été changé."),
        asked("tant pis, laisse tomber")
      ],
      gold: {
        notes: [limit("'cargo-clippy' is not installed for the toolchain")],
        outcomes: ["fail", "partial", "uncertain"],
        mustNotSay: [
          not("command", "cargo clippy"),
          not("command", "rustup component add clippy"),
          not("open", "cargo clippy"),
          not("fix", "rustup")
        ]
      }
    },
    {
      name: "a review whose findings name lines",
      form: "items",
      steps: [
        asked("Relis src/wire.rs et src/store.rs, sans rien modifier, et dis-moi ce qui cloche."),
        looked(
          "sed -n '1,80p' src/wire.rs",
          "pub fn read(len: u32, buf: &[u8]) -> Vec<u8> {\n    buf[..len as usize].to_vec()\n}\n"
        ),
        looked("sed -n '1,80p' src/store.rs", "    let _ = std::fs::write(&self.path, bytes);\n"),
        said(
          "Deux problèmes :\n\n- `src/wire.rs:2` : la longueur reçue n'est pas vérifiée, `read` panique sur un message court.\n- `src/store.rs:31` : l'erreur de `write` est ignorée, une écriture perdue passe inaperçue."
        )
      ],
      gold: {
        notes: [
          finding("src/wire.rs:2 : la longueur reçue n'est pas vérifiée"),
          finding("src/store.rs:31 : l'erreur de `write` est ignorée")
        ],
        outcomes: ["success", "uncertain", "partial"],
        mustNotSay: [not("open", "Relis"), not("lasting wish", "sans rien modifier")]
      }
    }
  ]
}
