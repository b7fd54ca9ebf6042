/* The purposes of the programs that people run in a project. Data alone: `CommandKinds.ts` reads commands. */

/**
 * The purpose of a command. `scene` prepares or ends something (`cd`, `echo`, `exit`); `look` only shows something
 * (`ls`, `grep`); `edit` changes files; `act` changes something else (packages, commits, services); `test`, `build`,
 * `lint` and `type-check` check the project; `format` formats it; `run` is any other program.
 */
export type CommandKind =
  | "scene"
  | "look"
  | "test"
  | "build"
  | "lint"
  | "type-check"
  | "format"
  | "run"
  | "edit"
  | "act"

/** The kinds of commands that check whether the project is well. */
export const checkKinds: ReadonlySet<CommandKind> = new Set(["test", "build", "lint", "type-check"])

const table = <A extends string>(rows: Readonly<Record<A, string>>): ReadonlyMap<string, A> => {
  const found = new Map<string, A>()
  let kind: A
  for (kind in rows) {
    for (const name of rows[kind].split(" ")) {
      found.set(name, kind)
    }
  }
  return found
}

/** The kinds of programs whose name alone gives their purpose, by the name in lower case. */
export const programKinds: ReadonlyMap<string, CommandKind> = table<
  "scene" | "look" | "test" | "build" | "lint" | "type-check" | "format" | "edit" | "act"
>({
  scene:
    "cd pushd popd set export unset source . echo printf exit true false sleep wait : ulimit umask alias nvm conda write-output write-host set-location return shopt trap disown bg",
  look: "ls dir cat bat head tail less more sed awk gawk grep egrep fgrep rg ag ack find fd fdfind tree wc sort uniq cut tr jq yq column nl tac rev fold pwd which whereis type command file stat du df date whoami id uname hostname printenv ps top htop pgrep lsof ss netstat test [ [[ diff cmp comm xxd hexdump od strings md5sum sha1sum sha256sum cksum realpath readlink basename dirname seq history man info tput clear free uptime nproc ping dig nslookup host get-content get-childitem get-item get-location get-command get-process select-string select-object where-object foreach-object test-path measure-object format-table format-list resolve-path join-path out-string sort-object convertfrom-json gci gc sls findstr where if get-date nvidia-smi tesseract pdftotext exiftool identify ffprobe sw_vers lsb_release",
  test: "pytest py.test unittest nose2 jest vitest mocha ava tap tape playwright cypress rspec phpunit pest ctest tox nox busted bats karma jasmine nextest doctest stest gotestsum cucumber cucumber-js behave robot invoke-pester",
  build:
    "ninja webpack rollup esbuild vite next nuxt tsup parcel turbo javac gcc g++ cc c++ clang clang++ rustc kotlinc bazel meson gmake msbuild xcodebuild swc latexmk pdflatex mkdocs sphinx-build hugo jekyll",
  lint: "eslint oxlint flake8 pylint golangci-lint rubocop stylelint biome shellcheck hadolint markdownlint yamllint ktlint swiftlint pre-commit standard xo ruff phpstan psalm credo bandit semgrep knip depcheck actionlint xmllint staticcheck prek ansible-lint tflint sqlfluff cspell codespell typos djlint brakeman phpcs hlint kubeconform commitlint detekt",
  "type-check": "tsc mypy pyright pyre vue-tsc svelte-check flow py_compile compileall tsgo basedpyright ty pytype",
  format:
    "prettier black gofmt goimports rustfmt oxfmt isort dprint autopep8 yapf clang-format shfmt standardrb gofumpt scalafmt php-cs-fixer pint",
  edit: "mv cp rm rmdir ln touch mkdir patch truncate unlink tee new-item remove-item move-item copy-item rename-item set-content add-content out-file del ren unzip tar apply_patch chmod chown install",
  act: "pip pip3 poetry uv pipenv pdm conda brew apt apt-get dnf yum apk pacman gem bundle composer corepack docker docker-compose podman kubectl helm terraform supabase gh kill pkill killall systemctl service ssh scp rsync createdb dropdb heroku vercel netlify fly aws gcloud az wrangler open xdg-open start-process volta asdf mise rustup"
})

/**
 * The family of each program, such as `java` for `gradle`. A check that failed with one program may be repeated with
 * another of its family.
 */
export const programFamilies: ReadonlyMap<string, string> = table({
  node: "npm npx pnpm yarn bun node deno jest vitest mocha ava tap tape playwright cypress karma jasmine tsc tsgo vue-tsc svelte-check eslint oxlint biome prettier oxfmt xo standard webpack rollup esbuild vite next nuxt tsup parcel turbo tsx ts-node stylelint",
  python:
    "python py pytest py.test unittest nose2 tox nox mypy pyright basedpyright ty ruff flake8 pylint black isort pip pip3 poetry uv pipenv pdm django-admin py_compile compileall doctest",
  rust: "cargo rustc rustfmt nextest clippy",
  go: "go gofmt goimports golangci-lint gotestsum staticcheck",
  java: "mvn mvnw gradle gradlew javac java ktlint kotlinc sbt",
  ruby: "ruby rspec rake rails bundle rubocop gem",
  php: "php phpunit pest composer phpstan psalm",
  dotnet: "dotnet msbuild",
  c: "make gmake gcc g++ cc c++ clang clang++ cmake ninja ctest meson"
})

/** Returns the purpose of a package script or a target of a makefile, by its name. */
export const scriptKind = (name: string): CommandKind => {
  const script = name.toLowerCase()
  switch (true) {
    case /^(?:type-?check|check[-:]types|types|tsc)/.test(script):
      return "type-check"
    case /^(?:test|tests|spec|e2e|unit|check|verify|validate|ci|integration|coverage)(?![a-z])/.test(script):
      return "test"
    case /^(?:build|compile|bundle|dist|release|all)(?![a-z])/.test(script):
      return "build"
    case /^lint|[-:]lint$/.test(script):
      return "lint"
    case /^(?:format|fmt|prettier|style)/.test(script):
      return "format"
    default:
      return "run"
  }
}
