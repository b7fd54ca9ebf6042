import {
  acted,
  add,
  answered,
  asked,
  failed,
  lasting,
  looked,
  not,
  once,
  passed,
  patched,
  polled,
  type QualityProject,
  remove,
  said,
  update
} from "../session.js"

const rspecPass = (examples: number): string =>
  `${".".repeat(examples)}\n\nFinished in 1.83 seconds (files took 2.1 seconds to load)\n${examples} examples, 0 failures\n`

/** An order book in Ruby; its user writes Portuguese. */
export const padaria: QualityProject = {
  name: "padaria",
  cwd: "/home/rita/apps/padaria",
  instructions: "Padaria: Rails 8. Specs in spec/.",
  sessions: [
    {
      name: "a failing spec, with a formatter before its pass",
      form: "exec",
      steps: [
        asked("O spec dos pedidos está quebrado, conserta por favor"),
        failed(
          "bundle exec rspec spec/models/order_spec.rb",
          `F.

Failures:

  1) Order#total without a discount sums the lines
     Failure/Error: lines.sum(&:price) - discount.amount

     NoMethodError:
       undefined method 'amount' for nil
     # ./app/models/order.rb:17:in 'Order#total'

2 examples, 1 failure
`
        ),
        patched(
          update(
            "app/models/order.rb",
            "    lines.sum(&:price) - discount.amount",
            "    lines.sum(&:price) - (discount&.amount || 0)"
          )
        ),
        passed("bundle exec rubocop -A app/models/order.rb", "1 file inspected, no offenses detected\n"),
        passed("bundle exec rspec spec/models/order_spec.rb", rspecPass(2)),
        said("`Order#total` agora aceita pedidos sem desconto.")
      ],
      gold: {
        failures: [{ error: "NoMethodError: undefined method 'amount' for nil", fix: ["app/models/order.rb"] }],
        commands: ["bundle exec rspec spec/models/order_spec.rb"],
        files: ["app/models/order.rb"],
        outcomes: ["success"],
        mustNotSay: [not("fix", "rubocop")]
      }
    },
    {
      name: "a correction by the user",
      form: "exec",
      steps: [
        asked("Preciso que o pedido mande um e-mail quando fica pronto."),
        patched(
          update(
            "app/models/order.rb",
            "  has_many :lines",
            "  has_many :lines\n  after_update :mail_customer, if: :ready?"
          )
        ),
        said("O modelo manda o e-mail num callback."),
        asked("Não, nada de callbacks nos modelos. A lógica fica sempre em app/services."),
        patched(
          update(
            "app/models/order.rb",
            "  has_many :lines\n  after_update :mail_customer, if: :ready?",
            "  has_many :lines"
          ),
          add(
            "app/services/finish_order.rb",
            "class FinishOrder\n  def call(order) = OrderMailer.ready(order).deliver_later\nend"
          )
        ),
        passed("bundle exec rspec", rspecPass(48)),
        said("O envio está em `app/services/finish_order.rb`; 48 exemplos passam.")
      ],
      gold: {
        commands: ["bundle exec rspec"],
        files: ["app/services/finish_order.rb"],
        wishes: [lasting("nada de callbacks nos modelos"), lasting("A lógica fica sempre em app/services")],
        outcomes: ["success"],
        mustNotSay: [not("memory", "`app/models/order.rb`: O envio está")]
      }
    },
    {
      name: "a deployment with a push",
      form: "items",
      steps: [
        asked("Roda os specs e faz o deploy em produção."),
        passed("bundle exec rspec", rspecPass(48)),
        acted("git push origin main", "To gitlab.test:padaria/app.git\n   a1b2c3d..d4e5f6a  main -> main\n"),
        acted("bundle exec cap production deploy", "00:41 deploy:log_revision\n      01 release 20260302101500\n"),
        acted("curl -X POST https://chat.padaria.test/hooks/deploys -d 'text=release 52'", "ok\n"),
        said("Está em produção e avisei a equipe.")
      ],
      gold: {
        commands: ["bundle exec rspec"],
        outcomes: ["success", "uncertain"],
        mustNotSay: [not("memory", "cap production deploy"), not("memory", "hooks/deploys")]
      }
    },
    {
      name: "a port in use",
      form: "exec",
      steps: [
        asked("Sobe o servidor e vê se a página inicial responde."),
        failed(
          "bin/rails server",
          '=> Booting Puma\nAddress already in use - bind(2) for "127.0.0.1" port 3000 (Errno::EADDRINUSE)\nExiting\n'
        ),
        polled("bin/rails server -p 3100 -d", 0, [
          "=> Booting Puma\n",
          "=> Rails 8.0.1 application starting in development\n"
        ]),
        looked("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:3100/", "200"),
        said("A porta 3000 está ocupada; na 3100 a página responde 200.")
      ],
      gold: {
        failures: [{ error: "Address already in use - bind(2)", fix: ["-p 3100"] }],
        commands: ["bin/rails server -p 3100 -d"],
        outcomes: ["success", "uncertain"],
        mustNotSay: [not("open", "Address already in use")]
      }
    },
    {
      name: "a slip of the keyboard and a deleted file",
      form: "shell",
      steps: [
        asked("Apaga o antigo exportador de XML. Só desta vez não precisa atualizar o changelog."),
        patched(
          remove("app/services/xml_export.rb"),
          update("app/controllers/exports_controller.rb", "    XmlExport.new.call", "    CsvExport.new.call")
        ),
        failed("bundel exec rspec", "bash: line 1: bundel: command not found\n", { exitCode: 127 }),
        passed("bundle exec rspec", rspecPass(45)),
        said("O exportador de XML saiu; 45 exemplos passam.")
      ],
      gold: {
        commands: ["bundle exec rspec"],
        files: ["app/controllers/exports_controller.rb"],
        wishes: [once("Só desta vez não precisa atualizar o changelog")],
        outcomes: ["success"],
        mustNotSay: [not("memory", "bundel")]
      }
    },
    {
      name: "a preference without a word of command, and an answer",
      form: "items",
      steps: [
        asked(
          "Adiciona paginação na lista de pedidos. Prefiro testes de request a testes de controller neste projeto."
        ),
        answered("Qual gem de paginação?", "Pagy"),
        patched(
          update(
            "app/controllers/orders_controller.rb",
            "    @orders = Order.all",
            "    @pagy, @orders = pagy(Order.all)"
          ),
          add(
            "spec/requests/orders_spec.rb",
            'RSpec.describe "orders" do\n  it("has pages") { get orders_path(page: 2) }\nend'
          )
        ),
        failed(
          "bundle exec rspec spec/requests/orders_spec.rb",
          "F\n\nFailures:\n\n  1) orders has pages\n     Failure/Error: @pagy, @orders = pagy(Order.all)\n\n     NoMethodError:\n       undefined method 'pagy' for an instance of OrdersController\n\n1 example, 1 failure\n"
        ),
        patched(
          update(
            "app/controllers/application_controller.rb",
            "class ApplicationController < ActionController::Base",
            "class ApplicationController < ActionController::Base\n  include Pagy::Backend"
          )
        ),
        passed("bundle exec rspec spec/requests/orders_spec.rb", rspecPass(1)),
        said("A lista tem páginas, com Pagy.")
      ],
      gold: {
        failures: [
          {
            error: "NoMethodError: undefined method 'pagy' for an instance of OrdersController",
            fix: ["app/controllers/application_controller.rb"]
          }
        ],
        commands: ["bundle exec rspec spec/requests/orders_spec.rb"],
        files: [
          "app/controllers/orders_controller.rb",
          "spec/requests/orders_spec.rb",
          "app/controllers/application_controller.rb"
        ],
        wishes: [lasting("Prefiro testes de request a testes de controller neste projeto"), lasting("Pagy")],
        outcomes: ["success"]
      }
    }
  ]
}
