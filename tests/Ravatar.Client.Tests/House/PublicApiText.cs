using System.Globalization;
using System.Reflection;
using System.Text;

namespace Ravatar.Client.Tests;

/// <summary>The public surface of an assembly as text: one line per type and member, in an order that does not change.</summary>
internal static class PublicApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(static t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Header(type)).Append('\n');
            foreach (string member in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }
        return text.ToString();
    }

    private static string Header(Type type)
    {
        string kind =
            type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsValueType ? "struct"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        IEnumerable<string> bases = type.GetInterfaces()
            .Where(static i => i.IsPublic)
            .Select(static i => Name(i))
            .Order(StringComparer.Ordinal);
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && !type.IsEnum)
        {
            bases = bases.Prepend(Name(parent));
        }
        string all = type.IsEnum ? "" : string.Join(", ", bases);
        return $"{kind} {type.FullName}{(all.Length > 0 ? " : " + all : "")}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");
        }
        return type.GetMembers(Declared).SelectMany(static member => Describe(member) is { } line ? (string[])[line] : []);
    }

    private static string? Describe(MemberInfo member) =>
        member switch
        {
            ConstructorInfo { IsStatic: false } c when IsVisible(c) => $"{Access(c)}.ctor({Parameters(c)})",
            MethodInfo m when IsVisible(m) && !m.IsSpecialName && !m.Name.StartsWith('<') =>
                $"{Access(m)}{Type(m.ReturnParameter)} {m.Name}{Generics(m)}({Parameters(m)})",
            MethodInfo m when IsVisible(m) && m.Name.StartsWith("op_", StringComparison.Ordinal) => $"static {m.Name}({Parameters(m)})",
            PropertyInfo p when p.GetAccessors(nonPublic: true).Any(IsVisible) => Property(p),
            FieldInfo f when f.IsPublic || f.IsFamily =>
                $"{(f.IsStatic ? "static " : "")}{(f.IsLiteral ? "const " : "")}{Name(f.FieldType)} {f.Name}",
            EventInfo e when e.AddMethod is { } add && IsVisible(add) => $"event {Name(e.EventHandlerType!)} {e.Name}",
            _ => null,
        };

    private static string Property(PropertyInfo property)
    {
        MethodInfo? get = property.GetMethod is { } g && IsVisible(g) ? g : null;
        MethodInfo? set = property.SetMethod is { } s && IsVisible(s) ? s : null;
        bool isInit = set?.ReturnParameter.GetRequiredCustomModifiers().Any(static m => m.Name == "IsExternalInit") == true;
        string accessors =
            (get is null ? "" : "get; ")
            + (
                set is null ? ""
                : isInit ? "init; "
                : "set; "
            );
        string type = Name(property.PropertyType) + Mark(Nullability.Create(property).ReadState, property.PropertyType);
        return $"{Access((get ?? set)!)}{type} {property.Name} {{ {accessors}}}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) =>
        (method.IsPublic ? "" : "protected ") + (method.IsStatic ? "static " : "") + (method.IsAbstract ? "abstract " : "");

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(static a => a.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter) =>
        $"{Type(parameter)} {parameter.Name}{(parameter.HasDefaultValue ? " = " + Default(parameter.RawDefaultValue) : "")}";

    private static string Default(object? value) => value is null ? "default" : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static string Type(ParameterInfo parameter) =>
        Name(parameter.ParameterType) + Mark(Nullability.Create(parameter).ReadState, parameter.ParameterType);

    private static string Mark(NullabilityState state, Type type) => state == NullabilityState.Nullable && !type.IsValueType ? "?" : "";

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Name(inner) + "?";
        }
        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }
        string name = type.IsGenericParameter ? type.Name : $"{type.Namespace}.{type.Name}";
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
