//! Export: the name of a file is typed, its ending says as what, and a file that is there is replaced only after a yes.

use crate::{
    app::{
        action::Action,
        command_line,
        export::{self, Ending, Export, ExportError, Exported, ReportOrder},
        key::{Key, KeyCode},
        message::Effect,
        model::Model,
        open::OpenEpisode,
        prompt::{self, ExportStep, Prompt, PromptKind},
        screen::Screen,
    },
    text::{clean, count},
};

/// Asks for the name of the file.
pub(super) fn prompt(model: &mut Model) {
    let mut line = Prompt::new(PromptKind::Export(ExportStep::Name));
    line.set(match &model.open {
        Some(open) if model.screen == Screen::Episode => export::file_name(&open.episode.name),
        _ => "screen.svg".to_owned(),
    });
    model.prompt = Some(line);
}

/// Writes to `path`, as if it had been typed.
pub(super) fn export_to(model: &mut Model, path: String, effects: &mut Vec<Effect>) {
    prompt(model);
    if let Some(line) = model.prompt.as_mut() {
        line.set(path);
    }
    take(model, effects);
}

/// A key while the name is typed, or while a yes is awaited.
pub(super) fn type_key(model: &mut Model, step: ExportStep, key: Key, effects: &mut Vec<Effect>) {
    let Some(prompt) = model.prompt.as_mut() else { return };
    match (step, key.code) {
        (_, prompt::LEAVE) => leave(model),
        (ExportStep::Name, prompt::TAKE) => take(model, effects),
        (ExportStep::Name, _) => {
            if prompt.edit(key, &[]) {
                prompt.error = None;
            }
        }
        (ExportStep::Overwrite, KeyCode::Char('y' | 'Y')) if !key.ctrl => {
            model.prompt = None;
            if let Some(export) = model.exporting.take() {
                effects.push(Effect::Export(Box::new(Export { overwrite: true, ..*export })));
            }
        }
        (ExportStep::Overwrite, KeyCode::Char('n' | 'N')) if !key.ctrl => leave(model),
        (ExportStep::Overwrite, _) => prompt.error = Some("y or n".to_owned()),
    }
}

/// Text was pasted into the name.
pub(super) fn paste(model: &mut Model, text: &str) {
    let typed = model.prompt.as_mut().filter(|it| it.kind == PromptKind::Export(ExportStep::Name));
    if let Some(prompt) = typed {
        prompt.paste(text);
        prompt.error = None;
    }
}

fn leave(model: &mut Model) {
    model.prompt = None;
    model.exporting = None;
    model.notice = Some("nothing was exported".to_owned());
}

/// The name is typed.
fn take(model: &mut Model, effects: &mut Vec<Effect>) {
    let path = model.prompt.as_ref().map_or(String::new(), |it| it.text.trim().to_owned());
    let what = export::ending(&path).and_then(|it| exported(model, it, &path));
    match what {
        Ok(what) => {
            model.prompt = None;
            if matches!(what, Exported::Report(_)) {
                model.notice = Some(format!("writing {} ..", clean(&path)));
            }
            effects.push(Effect::Export(Box::new(Export { path, overwrite: false, what })));
        }
        Err(why) => {
            if let Some(prompt) = model.prompt.as_mut() {
                prompt.error = Some(why);
            }
        }
    }
}

fn exported(model: &Model, ending: &'static Ending, path: &str) -> Result<Exported, String> {
    if ending.is_picture {
        return Ok(Exported::Screen(ending.format));
    }
    let open = model.open.as_ref().filter(|_| model.screen == Screen::Episode);
    let open = open.ok_or_else(|| "of this screen there is a picture: .svg".to_owned())?;
    report(model, open, ending, path).map(|it| Exported::Report(Box::new(it)))
}

fn report(model: &Model, open: &OpenEpisode, ending: &Ending, path: &str) -> Result<ReportOrder, String> {
    let analysis = open.analysis().ok_or("credit is being computed")?;
    if open.sampling().is_some() {
        return Err(format!("credit is being drawn: {} stops it", Action::Back.key()));
    }
    let scenario = analysis.scenario.clone();
    let arguments = model.arguments.clone();
    let of = (&*open.episode, &scenario);
    let command = command_line::of_export(&arguments, of, ending.format, path);
    Ok(ReportOrder { format: ending.format, episode: open.id, scenario, arguments, command })
}

/// A file was written, or not.
pub(super) fn exported_to(model: &mut Model, export: Box<Export>, result: Result<u64, ExportError>) {
    let path = clean(&export.path);
    match result {
        Ok(bytes) => {
            let command = match &export.what {
                Exported::Report(it) => format!(": {}", clean(&it.command)),
                Exported::Screen(_) | Exported::Text(_) => String::new(),
            };
            model.notice = Some(format!("{path} has {}{command}", count(bytes, "byte")));
        }
        // Whoever types something else by now is not interrupted.
        Err(ExportError::Exists) if model.prompt.is_none() => {
            model.notice = None;
            model.exporting = Some(export);
            model.prompt = Some(Prompt::new(PromptKind::Export(ExportStep::Overwrite)));
        }
        Err(ExportError::Exists) => model.notice = Some(format!("{path} is there: nothing was exported")),
        Err(ExportError::Failed(why)) => {
            model.notice = Some(format!("{path} is not written: {}", clean(&why)))
        }
    }
}
