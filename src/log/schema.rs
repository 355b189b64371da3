//! The JSON Schema of the native log, as `creditscope schema` prints it.
//!
//! It is generated from the record types and kept in `assets/`. A test fails if the two differ;
//! `UPDATE=1 cargo test --lib log::schema` writes the file anew.

/// JSON Schema (2020-12) of one line.
pub const SCHEMA: &str = include_str!("../../assets/log.schema.json");

/// Shapes that the types in memory do not show.
#[cfg(test)]
#[allow(dead_code)]
pub(super) mod shape {
    use schemars::JsonSchema;

    /// Who may talk to whom.
    #[derive(JsonSchema)]
    pub struct Graph {
        /// Its edges.
        pub edges: Vec<crate::log::Edge>,
    }

    /// Numbers by agent, or a list of such objects, one for each run.
    #[derive(JsonSchema)]
    #[schemars(untagged, inline)]
    pub enum Rewards {
        Mean(std::collections::BTreeMap<String, f64>),
        Runs(Vec<std::collections::BTreeMap<String, f64>>),
    }

    /// One id or a list of ids.
    #[derive(JsonSchema)]
    #[schemars(untagged, inline)]
    pub enum Names {
        One(String),
        Many(Vec<String>),
    }

    /// Seconds since the Unix epoch, UTC (milli-, micro- or nanoseconds by magnitude), or RFC 3339.
    #[derive(JsonSchema)]
    #[schemars(untagged, inline)]
    pub enum Moment {
        Number(f64),
        Text(String),
    }

    /// What V and q estimate: `to_come` (where nothing says otherwise), the return from here on; `episode`,
    /// that of the whole episode.
    #[derive(JsonSchema)]
    #[schemars(rename_all = "snake_case", inline)]
    pub enum ValueOf {
        ToCome,
        Episode,
    }

    /// A string, or an integer read as its text.
    #[derive(JsonSchema)]
    #[schemars(untagged, inline)]
    pub enum Name {
        Text(String),
        Integer(i64),
    }

    /// Fields that every record may have.
    #[derive(JsonSchema)]
    pub struct Common {
        /// The episode, unique within a run.
        pub episode: Option<Name>,
        /// When it was written: seconds since the Unix epoch, UTC; RFC 3339 and ms/us/ns are read too.
        pub ts: Option<Moment>,
        /// Per-writer counter: a gap is lost records, a restart is a new generation.
        pub seq: Option<i64>,
        /// Unique in the episode; absent: `<agent>#<n>`. The same (run, episode, type, id) again is an update.
        pub id: Option<Name>,
        /// Environment step.
        pub step: Option<i64>,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use schemars::{JsonSchema, SchemaGenerator};
    use serde_json::{Map, Value, json};

    use super::super::{
        Action, Counterfactual, Credit, EpisodeEnd, EpisodeStart, Message, Metric, RecordType, Reward, Run,
        State,
    };
    use super::*;

    fn body(generator: &mut SchemaGenerator, record_type: RecordType) -> Value {
        fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
            T::json_schema(generator).to_value()
        }
        match record_type {
            RecordType::Run => of::<Run>(generator),
            RecordType::EpisodeStart => of::<EpisodeStart>(generator),
            RecordType::Action => of::<Action>(generator),
            RecordType::Message => of::<Message>(generator),
            RecordType::State => of::<State>(generator),
            RecordType::Reward => of::<Reward>(generator),
            RecordType::Credit => of::<Credit>(generator),
            RecordType::Counterfactual => of::<Counterfactual>(generator),
            RecordType::Metric => of::<Metric>(generator),
            RecordType::EpisodeEnd => of::<EpisodeEnd>(generator),
            RecordType::Unknown => unreachable!("only known kinds have a schema"),
        }
    }

    /// Numbers may be non-finite, written as strings; absent and `null` are the same, so `null` goes unsaid.
    fn adapt(schema: &mut Value) {
        match schema {
            Value::Array(items) => items.iter_mut().for_each(adapt),
            Value::Object(fields) => {
                if let Some(Value::Array(types)) = fields.get_mut("type") {
                    types.retain(|it| it != "null");
                    if types.len() == 1 {
                        let only = types.remove(0);
                        fields.insert("type".into(), only);
                    }
                }
                if let Some(Value::Array(words)) = fields.get_mut("enum") {
                    words.retain(|it| !it.is_null());
                }
                if let Some(Value::Array(choices)) = fields.get_mut("anyOf") {
                    choices.retain(|it| *it != json!({"type": "null"}));
                    if choices.len() == 1 {
                        let Value::Object(only) = choices.remove(0) else { return };
                        fields.remove("anyOf");
                        only.into_iter().for_each(|(key, value)| {
                            fields.entry(key).or_insert(value);
                        });
                    }
                }
                if fields.get("format").is_some_and(|it| it == "double") {
                    fields.remove("format");
                    fields.remove("type");
                    fields.insert("$ref".into(), json!("#/$defs/Number"));
                }
                for word in ["format", "default"] {
                    // The widths of machine integers are not part of the format.
                    if fields.get(word).is_some_and(|it| !it.is_object()) {
                        fields.remove(word);
                    }
                }
                if fields.contains_key("properties") && !fields.contains_key("required") {
                    fields.insert("required".into(), json!([]));
                }
                fields.values_mut().for_each(adapt);
            }
            _ => {}
        }
    }

    /// Only these fields of nested objects must be there.
    fn require(defs: &mut Map<String, Value>) {
        for (name, schema) in defs {
            let required = match name.as_str() {
                "RosterAgent" => json!(["id"]),
                "Edge" => json!(["from", "to"]),
                "Coalition" => json!(["agents"]),
                "Graph" => json!(["edges"]),
                _ => json!([]),
            };
            if schema.get("properties").is_some() {
                schema["required"] = required;
            }
        }
    }

    fn generate() -> Value {
        let mut generator = SchemaGenerator::default();
        let common = shape::Common::json_schema(&mut generator).to_value()["properties"].clone();
        let mut records = Vec::new();
        for record_type in RecordType::KNOWN {
            let mut schema = body(&mut generator, record_type);
            let mut properties = json!({"type": {"const": record_type.name()}});
            for source in [&common, &schema["properties"]] {
                for (key, value) in source.as_object().unwrap() {
                    properties[key] = value.clone();
                }
            }
            schema["properties"] = properties;
            adapt(&mut schema);
            let required: Vec<&str> =
                ["type"].into_iter().chain(record_type.required().iter().copied()).collect();
            schema["required"] = json!(required);
            schema["title"] = json!(record_type.name());
            if record_type == RecordType::Credit {
                schema["anyOf"] = json!([{"required": ["agents"]}, {"required": ["items"]}]);
            }
            records.push(schema);
        }
        let mut defs = generator.take_definitions(false);
        defs.values_mut().for_each(adapt);
        require(&mut defs);
        defs.insert(
            "Number".into(),
            json!({"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}),
        );
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "credit assignment log, version 1: one line",
            "description": "JSON Lines: one object per line, UTF-8, append-only. Unknown fields and unknown types are kept.",
            "oneOf": records,
            "$defs": defs,
        })
    }

    #[test]
    fn the_schema_file_is_what_the_types_say() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/log.schema.json");
        let generated = format!("{}\n", serde_json::to_string_pretty(&generate()).unwrap());
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &generated).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap();
        assert!(stored == generated, "assets/log.schema.json is stale; run with UPDATE=1");
    }

    #[test]
    fn every_kind_has_its_required_fields_described() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let records = schema["oneOf"].as_array().unwrap();
        assert_eq!(records.len(), 10);
        for (record, record_type) in records.iter().zip(RecordType::KNOWN) {
            assert_eq!(record["properties"]["type"]["const"], record_type.name());
            assert!(record["description"].is_string(), "{}", record_type.name());
            for key in record["required"].as_array().unwrap().iter().skip(1) {
                let field = &record["properties"][key.as_str().unwrap()];
                assert!(field["description"].is_string(), "{} of {}", key, record_type.name());
            }
        }
    }
}
