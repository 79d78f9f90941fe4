import { actionSettingProblems } from '@app/actions';
import { configurationInvalid, loadSettings, type Settings } from '@app/config';

/**
 * The settings, also checked against the catalogue of actions, which the configuration itself does not know.
 * @throws AppError `configuration_invalid` whose `details.problems` names every wrong variable or key
 */
export function checkedSettings(env: NodeJS.ProcessEnv): Settings {
  const settings = loadSettings(env);
  const problems = actionSettingProblems(settings);
  if (problems.length > 0) throw configurationInvalid(problems);
  return settings;
}
