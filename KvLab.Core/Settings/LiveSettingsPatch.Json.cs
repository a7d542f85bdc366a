namespace KvLab.Core.Settings;

public sealed partial record LiveSettingsPatch
{
    private const string Restart = "restartSchedule";

    /// <summary>The names under which settings are changed, over REST at a node and at the dashboard.</summary>
    public static readonly IReadOnlyList<string> FieldNames = [.. SettingFields.All.Select(f => f.Name), Restart];

    /// <summary>Reads types and names; what is wrong is among the fields' errors. Ranges are the business of <see cref="LiveSettings.Validate"/>.</summary>
    public static LiveSettingsPatch Read(JsonFields fields)
    {
        fields.AllowOnly([.. FieldNames]);
        var patch = SettingFields.All.Aggregate(new LiveSettingsPatch(), (read, field) => field.Read(fields, read));
        return patch with { RestartSchedule = fields.Bool(Restart) };
    }
}
