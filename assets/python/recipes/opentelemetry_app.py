"""A program with spans of the GenAI conventions, as instrumented frameworks make them; README.md says how it writes a log.

    OTEL_TRACES_EXPORTER=otlp_json_file OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none \\
        opentelemetry-instrument python opentelemetry_app.py > spans.jsonl

Nothing here knows of a log. Run with opentelemetry-sdk 1.45.2, opentelemetry-distro 0.66b2 and
opentelemetry-exporter-otlp-json-file 0.66b1.
"""

from opentelemetry import trace

tracer = trace.get_tracer("team")


def span(operation, name, **attributes):
    known = {"gen_ai.operation.name": operation, **{f"gen_ai.{key.replace('__', '.')}": value
                                                    for key, value in attributes.items()}}
    return tracer.start_as_current_span(f"{operation} {name}", attributes=known)


def main():
    with span("invoke_agent", "planner", agent__name="planner"):
        with span("chat", "a-model", usage__input_tokens=12, usage__output_tokens=5):
            pass
        with span("invoke_agent", "coder", agent__name="coder"):
            with span("execute_tool", "run_tests", tool__name="run_tests"):
                pass


if __name__ == "__main__":
    main()
