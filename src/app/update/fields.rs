//! The field of the what-if form that has the cursor.

use crate::app::{
    job::Analysis,
    open::OpenEpisode,
    whatif::{FieldKind, Form},
};

/// What the field under the cursor edits.
pub(super) fn field_kind(open: &OpenEpisode) -> Option<FieldKind> {
    Form::fields(open).get(open.form.field).map(|it| it.kind.clone())
}

/// Another method has other fields: the cursor stays with its own field.
pub(super) fn stay_on(open: &mut OpenEpisode, kind: Option<&FieldKind>) {
    if let Some(at) = Form::fields(open).iter().position(|it| Some(&it.kind) == kind) {
        open.form.field = at;
    }
}

/// The credit of the what-if on the screen has come. If another method replaced its own, returns the message
/// about it.
pub(super) fn decided(open: &mut OpenEpisode, analysis: &Analysis) -> Option<String> {
    if !open.forks.may_be_replaced() {
        return None;
    }
    let kind = field_kind(open);
    open.forks.decide(analysis.replaced.is_some().then(|| analysis.scenario.clone()));
    stay_on(open, kind.as_ref());
    analysis.replaced.clone()
}
